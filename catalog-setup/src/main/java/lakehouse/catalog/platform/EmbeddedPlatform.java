package lakehouse.catalog.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.cli.Program;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A lake's servers on one machine, for trying out, developing and testing: PostgreSQL, Nessie, and
 * a warehouse on the local file system, all in one data folder. They run until the process is told
 * to stop, and find everything again at the next start.
 */
@Command(
    name = "lake up",
    description = "Runs the embedded platform until it is stopped: PostgreSQL, Nessie, warehouse.")
public final class EmbeddedPlatform implements Callable<Integer> {
  private static final Duration STOP_TIME = Duration.ofSeconds(60);

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "the folder that holds all of it (default: $LAKE_DATA, else .lake)")
  private Optional<Path> folder = Optional.empty();

  @Option(
      names = "--postgres-port",
      paramLabel = "PORT",
      description = "default: the last one if still free, else any free one")
  private int postgresPort;

  @Option(
      names = "--nessie-port",
      paramLabel = "PORT",
      description = "default: the last one if still free, else any free one")
  private int nessiePort;

  @Option(names = "--stop", description = "stops the platform that runs on the folder")
  private boolean stop;

  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  public static void main(String[] args) {
    Program.run(new EmbeddedPlatform(), args);
  }

  @Override
  public Integer call() {
    DataFolder data = DataFolder.of(folder);
    return stop ? stopOther(data) : run(data);
  }

  private int run(DataFolder data) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    data.create();
    Thread hook = new Thread(this::stopOnSignal, "platform-stop");
    try (FileChannel lock = lock(data)) {
      Runtime.getRuntime().addShutdownHook(hook);
      serve(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      stopped.countDown();
    }
    return ExitCode.DONE.value();
  }

  /** Servers up ---> file written ---> (until told to stop) ---> file marked ---> servers down. */
  private void serve(DataFolder data) {
    Optional<PlatformFile> last = PlatformFile.read(data);
    String token = token();
    int wanted = postgresPort > 0 ? postgresPort : last.map(PlatformFile::postgresPort).orElse(0);
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data, wanted, token);
        EmbeddedNessie nessie = startNessie(data, last, token)) {
      PlatformFile file =
          new PlatformFile(
              PlatformFile.State.RUNNING,
              ProcessHandle.current().pid(),
              token,
              Instant.now(),
              postgres.host(),
              postgres.port(),
              EmbeddedPostgres.SUPERUSER,
              nessie.uri(),
              data.warehouseLocation());
      file.write(data);
      try {
        System.out.println(ready(data, file));
        while (!stopRequested.await(1, TimeUnit.SECONDS)) {
          if (!postgres.isRunning()) {
            throw lost(data);
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        file.stopped().write(data);
      }
    }
  }

  private EmbeddedNessie startNessie(DataFolder data, Optional<PlatformFile> last, String token) {
    int wanted = nessiePort > 0 ? nessiePort : last.map(f -> f.nessieUri().getPort()).orElse(0);
    return EmbeddedNessie.start(data.nessie(), Ports.free(wanted), token);
  }

  private static LakeException lost(DataFolder data) {
    return new LakeException(
        ExitCode.PREFLIGHT,
        """
        PostgreSQL has stopped by itself, so the platform stops too. Why stands in %s.
        Start again with `lake up`: it recovers what was committed."""
            .formatted(data.logs().resolve("postgresql.log")));
  }

  /**
   * Ends with 0 on SIGTERM and Ctrl-C, since stopping is what the program is for; a JVM that ends
   * by a signal would say 143 or 130.
   */
  private void stopOnSignal() {
    if (stopped.getCount() == 0) {
      return;
    }
    stopRequested.countDown();
    try {
      boolean clean = stopped.await(STOP_TIME.toSeconds(), TimeUnit.SECONDS);
      Runtime.getRuntime().halt(clean ? ExitCode.DONE.value() : ExitCode.BUG.value());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static FileChannel lock(DataFolder data) throws IOException {
    FileChannel channel =
        FileChannel.open(
            data.lockFile(),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new LakeException(
          ExitCode.CONFLICT,
          """
          Another platform holds the data folder %s: %s.
          Use it, stop it with `lake up --stop`, or choose another folder with --data."""
              .formatted(
                  data,
                  PlatformFile.read(data)
                      .filter(file -> file.state() == PlatformFile.State.RUNNING)
                      .map(file -> "process %d, since %s".formatted(file.pid(), file.startedAt()))
                      .orElse("it is just starting or stopping")));
    }
    return channel;
  }

  private static int stopOther(DataFolder data) {
    PlatformFile file = PlatformFile.running(data);
    ProcessHandle platform = ProcessHandle.of(file.pid()).orElseThrow();
    platform.destroy();
    try {
      if (!Processes.awaitEnd(platform, STOP_TIME)) {
        throw new LakeException(
            ExitCode.PREFLIGHT,
            "The platform of %s (process %d) has not stopped after %d s."
                .formatted(data, file.pid(), STOP_TIME.toSeconds()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    System.out.printf("The platform of %s (process %d) has stopped.%n", data, file.pid());
    return ExitCode.DONE.value();
  }

  private static String token() {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  private static String ready(DataFolder data, PlatformFile file) {
    URI nessie = file.nessieUri();
    return """

        The platform is up.

          PostgreSQL   %s:%d, user %s, password in %s
          Nessie       %s
          warehouse    %s

        In another terminal, with the same LAKE_DATA: ./lake status, and where nothing is there yet
        ./lake databases --help, ./lake setup apply, ./lake ingest
        Ctrl-C stops it; the data stays in %s.
        """
        .formatted(
            file.postgresHost(),
            file.postgresPort(),
            file.postgresUser(),
            new PlatformSecrets(data).file(file.postgresUser()),
            nessie,
            file.warehouse(),
            data);
  }
}
