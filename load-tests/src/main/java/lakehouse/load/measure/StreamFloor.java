package lakehouse.load.measure;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.load.measure.CopyFloor.Reading;
import lakehouse.load.measure.MachineLoad.Counts;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/** How fast PostgreSQL hands a backlog of changes out when nobody does anything with it. */
public final class StreamFloor {
  private static final String PROGRAM = "pg_recvlogical";

  private final PostgresDatabase database;
  private final String publication;
  private final String slot;
  private final MachineLoad load;

  /**
   * @param slot stands before the backlog; only copies of it are read
   */
  public StreamFloor(PostgresDatabase database, String publication, String slot, MachineLoad load) {
    this.database = database;
    this.publication = publication;
    this.slot = slot;
    this.load = load;
  }

  /** Where this system has {@code pg_recvlogical}; the embedded PostgreSQL comes without it. */
  public static Optional<Path> program() {
    Stream<Path> path =
        Arrays.stream(
                Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
            .map(Path::of);
    return path.map(folder -> folder.resolve(PROGRAM)).filter(Files::isExecutable).findFirst();
  }

  /** PostgreSQL's own program reads up to the position and writes to nothing. */
  public Reading program(Path program, long changes, String until)
      throws SQLException, IOException, InterruptedException {
    String copy = slot + "_program";
    database.copySlot(slot, copy);
    ProcessBuilder builder =
        new ProcessBuilder(
            program.toString(),
            "--host=" + database.host(),
            "--port=" + database.port(),
            "--username=" + database.user(),
            "--dbname=" + database.name(),
            "--slot=" + copy,
            "--start",
            "--no-loop",
            "--endpos=" + until,
            "--option=proto_version=1",
            "--option=publication_names=" + publication,
            "--option=binary=true",
            "--file=/dev/null");
    builder.environment().put("PGPASSWORD", database.password().reveal());
    builder.redirectErrorStream(true);
    Counts before = load.counts();
    long from = System.nanoTime();
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    Duration wall = Duration.ofNanos(System.nanoTime() - from);
    OptionalDouble others = load.counts().othersSince(before);
    database.dropSlot(copy);
    if (exit != 0) {
      throw new LakeException(
          ExitCode.PREFLIGHT, "%s ended with %d: %s".formatted(program, exit, said.strip()));
    }
    return new Reading(changes, wall, others);
  }

  /** This process reads so many transactions and drops them. */
  public Reading reader(long changes, long transactions) throws SQLException, InterruptedException {
    String copy = slot + "_reader";
    database.copySlot(slot, copy);
    Duration wall;
    OptionalDouble others;
    try (Connection connection = database.connectForReplication()) {
      Counts before = load.counts();
      long from = System.nanoTime();
      PGReplicationStream stream =
          connection
              .unwrap(PGConnection.class)
              .getReplicationAPI()
              .replicationStream()
              .logical()
              .withSlotName(copy)
              .withStartPosition(LogSequenceNumber.valueOf(0))
              .withSlotOption("proto_version", "1")
              .withSlotOption("publication_names", publication)
              .withSlotOption("binary", "true")
              .withStatusInterval(10_000, MILLISECONDS)
              .start();
      for (long commits = 0; commits < transactions; ) {
        ByteBuffer message = stream.read();
        commits += message.get(message.position()) == 'C' ? 1 : 0;
      }
      wall = Duration.ofNanos(System.nanoTime() - from);
      others = load.counts().othersSince(before);
      // a stream that is closed in its midst would first be read to its end
      connection.abort(Runnable::run);
    }
    database.dropSlot(copy);
    return new Reading(changes, wall, others);
  }
}
