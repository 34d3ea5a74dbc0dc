package lakehouse.load.demo;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.cli.Program;
import lakehouse.load.programs.LakePrograms;
import lakehouse.load.utility.UtilitySize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The whole corridor on one machine, by the real programs: four databases of an electric utility
 * are captured, modelled, changed while they are captured, modelled again, and proven equal.
 */
@Command(
    name = "lake demo",
    description = "Shows the lakehouse at work: capture, models, live changes, proof, results.",
    footer = {"", "Exit code 0: every step held, and the lake equals the sources."})
public final class Demo implements Callable<Integer> {
  private static final long STOP_SECONDS = 120;
  private static final double LIGHT_COMPILER_UP_TO = 4;

  @Option(
      names = "--scale",
      paramLabel = "X",
      defaultValue = "1",
      description = "size of the utility; 1 has about 260,000 rows (default: ${DEFAULT-VALUE})")
  private double scale;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "the same seed invents the same utility (default: ${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "12",
      description = "rounds of live changes, about 350 rows each (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "where all of it is kept; not there yet, or empty (default: .lake/demo)")
  private Optional<Path> folder = Optional.empty();

  @Option(names = "--keep", description = "keep the data, to look around afterwards")
  private boolean keep;

  /** Told to stop from outside: then failures are only its consequence. */
  private volatile boolean interrupted;

  private final CountDownLatch finished = new CountDownLatch(1);

  public static void main(String[] args) {
    Program.run(new Demo(), args);
  }

  @Override
  public Integer call() throws Exception {
    DemoRun.Request request =
        new DemoRun.Request(UtilitySize.ofScale(checkedScale()), seed, rounds);
    Path home = LakePrograms.home();
    DemoFolder demo = DemoFolder.make(folder.orElse(home.resolve(".lake").resolve("demo")));
    LakePrograms programs = new LakePrograms(home.resolve("lake"), demo.data(), javaOptions());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupt(programs), "demo-stop"));
    boolean held = false;
    try (Steps steps = new Steps(System.out, Console.interactive(), DemoRun.STEPS)) {
      introduce(demo);
      DemoRun run = new DemoRun(request, demo, programs, steps, () -> interrupted);
      run.run();
      steps.close();
      System.out.println(run.summary());
      held = true;
    } finally {
      programs.close();
      leave(demo, held);
      finished.countDown();
      if (interrupted) {
        // the failure that led here is only the consequence of being stopped, and not to be told
        new CountDownLatch(1).await();
      }
    }
    System.out.println(next(demo));
    return ExitCode.DONE.value();
  }

  private double checkedScale() {
    if (!(scale > 0 && scale <= 2000) || rounds < 1) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "--scale must be above 0 and at most 2000, and --rounds at least 1; given %s and %d."
              .formatted(scale, rounds));
    }
    return scale;
  }

  private String javaOptions() {
    return scale <= LIGHT_COMPILER_UP_TO ? LakePrograms.LITTLE_DATA : "";
  }

  private void introduce(DemoFolder demo) {
    System.out.printf(
        """

        Four PostgreSQL databases of an electric utility ---> bronze ---> silver ---> gold, and the
        proof that nothing was lost; beside them a database without replication rights, and files.
        Every program is a process of its own; all of it is kept in
          %s (%s)

        """,
        demo.data(), keep ? "kept afterwards" : "deleted at the end; --keep keeps it");
  }

  /** On Ctrl-C and SIGTERM: stops the programs in their order and lets the folder be cleaned up. */
  private void interrupt(LakePrograms programs) {
    if (finished.getCount() == 0) {
      return;
    }
    interrupted = true;
    System.err.println("\nStopping, and cleaning up ...");
    programs.close();
    try {
      if (!finished.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("Not all could be cleaned up.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A demo that failed leaves its logs; the next one deletes them. */
  private void leave(DemoFolder demo, boolean held) {
    if (keep) {
      demo.keep();
    } else if (held || interrupted) {
      demo.delete();
    }
  }

  private String next(DemoFolder demo) {
    if (!keep) {
      return """
          Next:
            ./lake demo --keep          the same again, to look around in afterwards
            ./lake demo --scale 4       a utility four times as large
            ./lake --help               every verb""";
    }
    return """
        The data is kept, the programs have stopped. Next, in two terminals:
          export LAKE_DATA='%s'
          ./lake up                                   in one: its PostgreSQL and catalog again
          ./lake query "SHOW TABLES IN lake.gold"     in the other: SQL on the lake
          ./lake status                               and sources, tables and models"""
        .formatted(demo.data());
  }
}
