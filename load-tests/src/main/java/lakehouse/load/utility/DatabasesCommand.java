package lakehouse.load.utility;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.cli.Program;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.catalog.platform.PlatformFile;
import lakehouse.catalog.platform.PlatformSecrets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lake databases}: creates, fills and changes the utility's four source databases. */
@Command(
    name = "lake databases",
    description = {
      "The four source databases of an invented electric utility: billing, metering, network and"
          + " service; and beside them an old platform's, legacy, and a folder of files.",
      ""
    },
    subcommands = {
      DatabasesCommand.Create.class,
      DatabasesCommand.Seed.class,
      DatabasesCommand.Manifest.class,
      DatabasesCommand.Change.class,
      DatabasesCommand.Transformers.class
    })
public final class DatabasesCommand {

  public static void main(String[] args) {
    Program.run(new DatabasesCommand(), args);
  }

  /** Which server, and where the capture roles' passwords are kept. */
  static final class Where {

    @Option(
        names = "--data",
        paramLabel = "FOLDER",
        description =
            "Data folder of the embedded platform; the passwords of the capture roles are kept there"
                + " too. Default: the environment variable LAKE_DATA, else .lake")
    private @Nullable Path data;

    @Option(
        names = "--admin-url",
        paramLabel = "JDBC-URL",
        description =
            "A PostgreSQL server of your own, as its superuser reaches it, e.g."
                + " jdbc:postgresql://db:5432/postgres?user=postgres; a password belongs into"
                + " ~/.pgpass. Default: the embedded platform's")
    private @Nullable String adminUrl;

    DataFolder data() {
      return DataFolder.of(Optional.ofNullable(data));
    }

    DatabaseServer server() {
      return adminUrl == null
          ? DatabaseServer.of(PlatformFile.running(data()), data())
          : DatabaseServer.at(adminUrl);
    }

    /** Creates what is missing; passwords are made where the data folder has none yet. */
    void create(DatabaseServer server) throws SQLException {
      data().create();
      PlatformSecrets secrets = new PlatformSecrets(data());
      new UtilityDatabases(server).create(database -> secrets.ensure(database.roleName()));
      new LegacyPlatform(server).create(secrets.ensure(LegacyPlatform.ROLE));
      new HeadEndDrops(server, data().drops()).create();
    }
  }

  /** Work on the databases, with SQL errors told apart from defects. */
  private abstract static class Verb implements Callable<Integer> {

    @Mixin private Where where = new Where();
    @Spec private @Nullable CommandSpec spec;

    abstract void run(Where where, DatabaseServer server, PrintWriter out)
        throws SQLException, InterruptedException;

    @Override
    public Integer call() throws InterruptedException {
      DatabaseServer server = where.server();
      PrintWriter out = requireNonNull(spec).commandLine().getOut();
      try {
        run(where, server, out);
      } catch (SQLException e) {
        throw new LakeException(
            ExitCode.PREFLIGHT,
            "PostgreSQL at " + server + " answered (" + e.getSQLState() + "): " + e.getMessage(),
            e);
      }
      out.flush();
      return ExitCode.DONE.value();
    }
  }

  @Command(
      name = "create",
      description =
          "Create what is missing: databases, tables, publications, and a least-privilege role for"
              + " each capture.")
  static final class Create extends Verb {

    @Override
    void run(Where where, DatabaseServer server, PrintWriter out) throws SQLException {
      where.create(server);
      String names =
          Arrays.stream(UtilityDatabase.values())
              .map(UtilityDatabase::databaseName)
              .collect(Collectors.joining(", "));
      out.println("The databases " + names + " stand at " + server + ".");
    }
  }

  @Command(
      name = "seed",
      description =
          "Create what is missing, then fill the empty databases. The same seed, scale and day give"
              + " the same rows.")
  static final class Seed extends Verb {

    @Option(
        names = "--scale",
        description = "1: 12 feeders, about 260,000 rows. Default: ${DEFAULT-VALUE}")
    private double scale = 1;

    @Option(names = "--seed", description = "Default: ${DEFAULT-VALUE}")
    private long seed = 42;

    @Option(
        names = "--as-of",
        paramLabel = "DATE",
        description = "The day before which all data lie. Default: ${DEFAULT-VALUE}")
    private LocalDate asOf = UtilityGenerator.DEFAULT_AS_OF;

    @Option(names = "--threads", description = "Writers. Default: one a core")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    void run(Where where, DatabaseServer server, PrintWriter out)
        throws SQLException, InterruptedException {
      UtilityGenerator generator = new UtilityGenerator(seed, UtilitySize.ofScale(scale), asOf);
      where.create(server);
      boolean terminal = System.console() != null;
      SeedResult result =
          generator.seed(
              server,
              threads,
              (done, parts, rows) -> {
                if (terminal) {
                  System.err.printf("\rSeeding: part %d of %d, %,d rows ", done, parts, rows);
                }
              });
      if (terminal) {
        System.err.println();
      }
      for (UtilityTable table : UtilityTable.values()) {
        out.printf("%-28s %,12d%n", qualified(table), result.rows().get(table));
      }
      out.printf(
          "%-28s %,12d rows in %.1f s%n",
          "all", result.totalRows(), result.elapsedMillis() / 1000.0);
      out.printf("%-28s %,12d%n", "legacy.work_order", new LegacyPlatform(server).fill());
      HeadEndDrops drops = new HeadEndDrops(server, where.data().drops());
      drops.dropTariffs();
      int reads = drops.dropReads(asOf.minusDays(1));
      out.printf("%-28s %,12d lines of files in %s%n", "head_end", reads, where.data().drops());
    }
  }

  @Command(
      name = "manifest",
      description =
          "Tell what is wrong on purpose in a utility of this seed, scale and day, and what marts must"
              + " say of it: a JSON object a line. No database is asked.")
  static final class Manifest implements Callable<Integer> {

    @Option(names = "--scale", description = "Default: ${DEFAULT-VALUE}")
    private double scale = 1;

    @Option(names = "--seed", description = "Default: ${DEFAULT-VALUE}")
    private long seed = 42;

    @Option(names = "--as-of", paramLabel = "DATE", description = "Default: ${DEFAULT-VALUE}")
    private LocalDate asOf = UtilityGenerator.DEFAULT_AS_OF;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
      PrintWriter out = requireNonNull(spec).commandLine().getOut();
      new UtilityGenerator(seed, UtilitySize.ofScale(scale), asOf)
          .tellPlanted(line -> out.println(line.json()));
      out.flush();
      return ExitCode.DONE.value();
    }
  }

  @Command(
      name = "change",
      description =
          "Change the seeded databases as a working day does: inserts, updates, deletes, changed keys,"
              + " a truncate, switched topology, late corrections, added columns. Run again, it goes on.")
  static final class Change extends Verb {

    @Option(
        names = "--rounds",
        description =
            "Rounds, an hour of the utility's time and some 350 changed rows each. Default: until stopped")
    private int rounds = Integer.MAX_VALUE;

    @Option(
        names = "--every",
        paramLabel = "SECONDS",
        description = "Least seconds from one round to the next. Default: ${DEFAULT-VALUE}")
    private double everySeconds = 1;

    @Option(names = "--seed", description = "Default: ${DEFAULT-VALUE}")
    private long seed = 42;

    @Override
    void run(Where where, DatabaseServer server, PrintWriter out)
        throws SQLException, InterruptedException {
      AtomicBoolean stopped = new AtomicBoolean();
      CountDownLatch finished = new CountDownLatch(1);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stopped, finished), "stop"));
      try {
        LiveCounts counts =
            new LiveWorkload(server, seed)
                .run(rounds, Duration.ofMillis((long) (everySeconds * 1000)), stopped::get);
        print(counts, out);
      } finally {
        finished.countDown();
      }
    }

    /** On Ctrl-C: lets the present transaction end and its figures be printed. */
    private static void stop(AtomicBoolean stopped, CountDownLatch finished) {
      stopped.set(true);
      try {
        if (!finished.await(10, TimeUnit.SECONDS)) {
          System.err.println("The present transaction takes long; it is rolled back.");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static void print(LiveCounts counts, PrintWriter out) {
      out.printf("%-28s", "");
      for (LiveOperation operation : LiveOperation.values()) {
        out.printf(" %10s", operation);
      }
      out.println();
      for (UtilityTable table : UtilityTable.values()) {
        if (counts.rows().containsKey(table)) {
          out.printf("%-28s", qualified(table));
          for (LiveOperation operation : LiveOperation.values()) {
            out.printf(" %,10d", counts.of(table, operation));
          }
          out.println();
        }
      }
      out.printf(
          "%,d rows by %,d transactions in %,d rounds%n",
          counts.totalRows(), counts.transactions(), counts.rounds());
      out.flush();
    }
  }

  @Command(
      name = "transformers",
      description =
          "Load two years of two real transformers (ETTh1.csv, ETTh2.csv) as meters of the first two"
              + " PMTs.")
  static final class Transformers extends Verb {

    @Parameters(paramLabel = "FOLDER", description = "Where the files are")
    private Path folder = Path.of(".");

    @Override
    void run(Where where, DatabaseServer server, PrintWriter out) throws SQLException {
      out.printf(
          "%,d readings loaded from %s%n", new RealTransformers(server).load(folder), folder);
    }
  }

  private static String qualified(UtilityTable table) {
    return table.database().databaseName() + "." + table.tableName();
  }
}
