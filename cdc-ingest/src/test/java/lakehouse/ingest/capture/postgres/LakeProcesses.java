package lakehouse.ingest.capture.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.catalog.platform.PlatformFile;
import org.awaitility.Awaitility;

/** The embedded platform and the ingest as processes of their own, as a user has them. */
final class LakeProcesses implements AutoCloseable {
  private static final Path MODULES = Path.of("").toAbsolutePath().getParent();

  private final Path folder;
  private final Process platform;
  private final PlatformFile file;
  private final String password;

  private LakeProcesses(Path folder, Process platform, PlatformFile file, String password) {
    this.folder = folder;
    this.platform = platform;
    this.file = file;
    this.password = password;
  }

  static LakeProcesses start(Path folder) throws IOException {
    Path setup = MODULES.resolve("catalog-setup/target");
    String classPath =
        setup.resolve("classes")
            + File.pathSeparator
            + Files.readString(setup.resolve("classpath"));
    DataFolder data = new DataFolder(folder.resolve("data"));
    Process platform =
        java(
            folder.resolve("platform.log"),
            "512m",
            "",
            classPath.strip(),
            "lakehouse.catalog.platform.EmbeddedPlatform",
            "--data",
            data.path().toString());
    PlatformFile file =
        Awaitility.await()
            .atMost(Duration.ofMinutes(2))
            .ignoreExceptions()
            .until(() -> PlatformFile.running(data), running -> true);
    return new LakeProcesses(folder, platform, file, file.postgresPassword(data).reveal());
  }

  private static Process java(
      Path log, String heap, String fault, String classPath, String... command) throws IOException {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.add("-Xmx" + heap);
    all.add("-Duser.timezone=UTC");
    all.add("-Dlakehouse.fault=" + fault);
    java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(all::add);
    all.addAll(List.of("-cp", classPath));
    all.addAll(List.of(command));
    return new ProcessBuilder(all)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  CatalogConfig catalog() {
    return file.catalogConfig();
  }

  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(file.jdbcUrl(database), file.postgresUser(), password);
  }

  void execute(String database, String... statements) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Starts the ingest of a database by our own engine. */
  Process ingest(String database, String... options) throws IOException {
    return ingestWithFault("", database, options);
  }

  /** Starts it with a fault, as {@link lakehouse.ingest.Faults} spells it. */
  Process ingestWithFault(String fault, String database, String... options) throws IOException {
    Path config = folder.resolve(database + ".yaml");
    Files.writeString(
        config,
        """
        catalog:
          uri: %s
          warehouse: %s
        sources:
          - name: %s
            engine: native
            host: %s
            port: %d
            database: %s
            user: %s
            password: ${file:%s}
            slot: lake_%s
            publication: lake
            tables: ['*']
        ingest:
          checkpoint-interval: %d ms
          state-folder: %s
        """
            .formatted(
                file.nessieUri(),
                file.warehouse(),
                database,
                file.postgresHost(),
                file.postgresPort(),
                database,
                file.postgresUser(),
                Files.writeString(folder.resolve("password"), password),
                database,
                Integer.getInteger("lakehouse.checkpoint-millis", 500),
                folder.resolve("ingest")));
    return program(log(database), fault, "lakehouse.ingest.CdcIngestJob", config, options);
  }

  /** Asks for tables of a database to be loaded anew; the output is what it says. */
  Process resync(String database, Path output, String... arguments) throws IOException {
    Files.deleteIfExists(output);
    Path config = folder.resolve(database + ".yaml");
    return program(output, "", "lakehouse.ingest.ResyncCommand", config, arguments);
  }

  private static Process program(
      Path output, String fault, String main, Path config, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(main, "--config", config.toString()));
    command.addAll(List.of(arguments));
    return java(
        output,
        "768m",
        fault,
        System.getProperty("java.class.path"),
        command.toArray(String[]::new));
  }

  /** What the ingests of a database have printed. */
  Path log(String database) {
    return folder.resolve(database + ".log");
  }

  @Override
  public void close() throws Exception {
    platform.destroy();
    if (!platform.waitFor(60, TimeUnit.SECONDS)) {
      platform.destroyForcibly().waitFor();
    }
  }
}
