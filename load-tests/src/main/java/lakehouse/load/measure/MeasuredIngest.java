package lakehouse.load.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.load.measure.Figure.Stage;
import lakehouse.load.measure.Figure.Step;
import lakehouse.load.measure.Figure.Usage;
import lakehouse.load.measure.MachineLoad.Counts;
import lakehouse.load.measure.ProcessMemory.Collections;
import lakehouse.load.programs.CatalogLog;
import lakehouse.load.programs.CatalogLog.Captured;
import lakehouse.load.programs.LakePrograms;
import lakehouse.load.programs.LakePrograms.Running;
import org.jspecify.annotations.Nullable;

/**
 * The ingest of one table by one engine, a process of its own, watched from outside: it begins when
 * PostgreSQL shows its slot, and has ended when the catalog holds the rows.
 */
final class MeasuredIngest {
  private static final long LOOK_EVERY_MILLIS = 25;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final LakePrograms programs;
  private final DataFolder data;
  private final Path config;
  private final SpeedDatabase database;
  private final CaptureEngineName engine;
  private final long platformPid;
  private final Duration checkpointInterval;
  private final @Nullable Path recordings;

  /**
   * @param recordings the folder for Java's flight recordings; null for none
   */
  MeasuredIngest(
      LakePrograms programs,
      DataFolder data,
      Path config,
      SpeedDatabase database,
      CaptureEngineName engine,
      Duration checkpointInterval,
      @Nullable Path recordings) {
    this.programs = programs;
    this.data = data;
    this.config = config;
    this.database = database;
    this.engine = engine;
    this.platformPid = database.platform().pid();
    this.checkpointInterval = checkpointInterval;
    this.recordings = recordings;
  }

  /** The source's name of a table and an engine. */
  static String source(SpeedTable table, CaptureEngineName engine) {
    return table.table() + (engine == CaptureEngineName.NATIVE ? "_native" : "_flink_cdc");
  }

  /** Runs the ingest until the lake holds so many rows more, and stops it. */
  Figure measure(Stage stage, long rows) throws IOException, SQLException, InterruptedException {
    String source = source(database.table(), engine);
    String name = source + "_" + stage.name().toLowerCase(java.util.Locale.ROOT);
    try (LakeCatalog catalog = LakeCatalog.open(database.platform().catalogConfig());
        CatalogCommit states = new CatalogCommit(catalog)) {
      CatalogLog log = new CatalogLog(catalog);
      Captured held = log.captured();
      long launched = System.nanoTime();
      Running ingest =
          programs.startWith(
              javaOptions(name),
              name,
              "ingest",
              "--config",
              config.toString(),
              "--source",
              source,
              "--checkpoint-interval",
              checkpointInterval.toString());
      awaitBegin(ingest, source, stage);
      MachineLoad load = new MachineLoad(data, platformPid, ingest.pid());
      Counts before = load.counts();
      long began = System.nanoTime();
      Optional<Duration> startCpu = ingest.cpu();

      awaitRows(ingest, states, source, log, held, rows);
      Duration wall = Duration.ofNanos(System.nanoTime() - began);
      OptionalDouble others = load.counts().othersSince(before);
      Optional<Duration> endCpu = ingest.cpu();
      OptionalLong memory = ProcessMemory.peakResident(ingest.pid());

      awaitStream(ingest, states, source);
      ingest.stop();
      Collections collections = Collections.read(data.path().resolve(collectionLog(name)));
      keepRecording(name);
      return new Figure(
          database.table(),
          stage,
          engine == CaptureEngineName.NATIVE ? Step.NATIVE : Step.FLINK_CDC,
          rows,
          wall,
          others,
          new Usage(
              endCpu.flatMap(end -> startCpu.map(end::minus)),
              Duration.ofNanos(began - launched),
              startCpu,
              memory,
              collections.peakHeap(),
              collections.standstill()));
    }
  }

  /** The first thing that a load does is to make the slot, and a stream to use it. */
  private void awaitBegin(Running ingest, String source, Stage stage)
      throws SQLException, InterruptedException {
    String query =
        "SELECT FROM pg_replication_slots WHERE slot_name = 'lake_%s'%s"
            .formatted(source, stage == Stage.LOAD ? "" : " AND active");
    try (Connection connection = database.database().connect();
        Statement statement = connection.createStatement()) {
      boolean begun;
      do {
        ingest.requireAlive();
        Thread.sleep(LOOK_EVERY_MILLIS);
        try (ResultSet slot = statement.executeQuery(query)) {
          begun = slot.next();
        }
      } while (!begun);
    }
  }

  private static void awaitRows(
      Running ingest, CatalogCommit states, String source, CatalogLog log, Captured held, long rows)
      throws InterruptedException {
    Optional<SourceState> last = Optional.empty();
    long moved = System.nanoTime();
    while (true) {
      Optional<SourceState> state = states.state(source);
      if (!state.equals(last)) {
        last = state;
        moved = System.nanoTime();
        if (log.captured().since(held).rows() >= rows) {
          return;
        }
      }
      pause(ingest, moved, "has not captured what it should");
    }
  }

  /** Only a source that streams goes on where it was. */
  private static void awaitStream(Running ingest, CatalogCommit states, String source)
      throws InterruptedException {
    long began = System.nanoTime();
    while (states
        .state(source)
        .filter(state -> state.lsn() > 0 && !state.loaded().isEmpty())
        .isEmpty()) {
      pause(ingest, began, "does not come to its stream");
    }
  }

  private static void pause(Running ingest, long since, String complaint)
      throws InterruptedException {
    ingest.requireAlive();
    if (System.nanoTime() - since > PATIENCE.toNanos()) {
      throw ingest.failure(complaint + " for %d minutes".formatted(PATIENCE.toMinutes()));
    }
    Thread.sleep(LOOK_EVERY_MILLIS);
  }

  // Names relative to the working folder: Java's options are divided at blanks.
  private String javaOptions(String name) {
    String options = "-Xlog:gc:file=" + collectionLog(name);
    return recordings == null
        ? options
        : options
            + " -XX:+UnlockDiagnosticVMOptions -XX:+DebugNonSafepoints"
            + " -XX:StartFlightRecording=settings=profile,dumponexit=true,filename="
            + recording(name);
  }

  private static String collectionLog(String name) {
    return "logs/%s.gc.log".formatted(name);
  }

  private static String recording(String name) {
    return "logs/%s.jfr".formatted(name);
  }

  private void keepRecording(String name) throws IOException {
    Path written = data.path().resolve(recording(name));
    if (recordings != null && Files.exists(written)) {
      Files.createDirectories(recordings);
      Path kept = recordings.resolve(name + ".jfr");
      Files.move(written, kept, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      FlightSummary.of(kept).print(System.out);
    }
  }
}
