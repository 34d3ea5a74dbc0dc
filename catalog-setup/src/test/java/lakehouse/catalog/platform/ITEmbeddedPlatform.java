package lakehouse.catalog.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.apache.iceberg.catalog.Namespace;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ITEmbeddedPlatform {
  private final String kept = "kept_" + UUID.randomUUID().toString().substring(0, 8);

  @TempDir private static Path temporary;

  private static PlatformProcess platform;

  @BeforeAll
  static void start() {
    platform = PlatformProcess.start(temporary.resolve("a lake"));
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @BeforeEach
  void startAgain() {
    if (!platform.isAlive()) {
      platform.restart();
    }
  }

  @Test
  void isReadyForLogicalReplicationAndTellsNobodyItsSecrets() throws Exception {
    assertThat(setting("wal_level")).isEqualTo("logical");
    assertThat(Integer.parseInt(setting("max_replication_slots"))).isGreaterThanOrEqualTo(40);
    assertThat(Integer.parseInt(setting("max_wal_senders"))).isGreaterThanOrEqualTo(40);
    assertThat(setting("fsync")).isEqualTo("on");
    assertThat(setting("TimeZone")).isEqualTo("UTC");
    assertThat(setting("server_encoding")).isEqualTo("UTF8");
    assertThat(setting("listen_addresses")).isEqualTo("127.0.0.1");
    assertThatThrownBy(
            () ->
                DriverManager.getConnection(
                    platform.jdbcUrl("postgres"), platform.adminUser(), "not the password"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("password authentication failed");
    for (Path secret :
        new Path[] {
          platform.data().platformFile(), platform.data().secrets().resolve("postgres")
        }) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
          .isEqualTo("rw-------");
    }
    assertThat(Files.readString(platform.data().platformFile()))
        .doesNotContain(platform.adminPassword());
  }

  @Test
  void findsEverythingAgainAtTheSamePlaceAfterACleanStop() throws Exception {
    keepSomething();
    String address = platform.jdbcUrl("postgres") + platform.uri();

    assertThat(platform.stop()).isEqualTo(ExitCode.DONE.value());
    assertThatThrownBy(() -> PlatformFile.running(platform.data()))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.PREFLIGHT))
        .hasMessageContaining("is not running: none was started, or it was stopped");
    platform.restart();

    requireKept();
    assertThat(platform.jdbcUrl("postgres") + platform.uri()).isEqualTo(address);
  }

  @Test
  void findsEverythingAgainAfterItWasKilled() throws Exception {
    keepSomething();

    platform.kill();
    assertThatThrownBy(() -> PlatformFile.running(platform.data()))
        .isInstanceOf(LakeException.class)
        .hasMessageContaining("is gone");
    platform.restart();

    requireKept();
  }

  @Test
  void leavesNoProcessWhenTheFixtureClosesAfterAKill() {
    platform.kill();
    assertThat(Processes.postgres(platform.data())).isPresent();

    platform.close();

    assertThat(Processes.postgres(platform.data())).isEmpty();
  }

  @Test
  void stopsAndSaysWhyWhenItsPostgresIsGone() throws Exception {
    Processes.postgres(platform.data()).orElseThrow().destroyForcibly();

    assertThat(platform.awaitExit()).isEqualTo(ExitCode.PREFLIGHT.value());

    assertThat(platform.data().logs().resolve("platform.log"))
        .content()
        .contains("error: PostgreSQL has stopped by itself, so the platform stops too.");
    platform.restart();
    requireRunning();
  }

  @Test
  void refusesASecondPlatformOnTheSameFolder() {
    assertThatThrownBy(() -> PlatformProcess.start(platform.data().path()))
        .hasMessageContaining("error: Another platform holds the data folder")
        .hasMessageContaining("process " + platform.pid());
    requireRunning();
  }

  @Test
  void takesNoOtherServerForItsOwn() {
    PlatformFile ours = PlatformFile.running(platform.data());
    new PlatformFile(
            ours.state(),
            ours.pid(),
            "another",
            ours.startedAt(),
            ours.postgresHost(),
            ours.postgresPort(),
            ours.postgresUser(),
            ours.nessieUri(),
            ours.warehouse())
        .write(platform.data());

    assertThatThrownBy(this::requireRunning)
        .isInstanceOf(LakeException.class)
        .hasMessageContaining("another server listens at " + ours.nessieUri());
    ours.write(platform.data());
    requireRunning();
  }

  private void keepSomething() throws SQLException {
    platform.execute("CREATE DATABASE " + kept);
    try (LakeCatalog catalog = LakeCatalog.open(platform.catalogConfig())) {
      catalog.iceberg().createNamespace(Namespace.of(kept));
    }
  }

  private void requireKept() throws SQLException {
    requireRunning();
    try (Connection connection = platform.connect(kept)) {
      assertThat(connection.isValid(5)).isTrue();
    }
    try (LakeCatalog catalog = LakeCatalog.open(platform.catalogConfig())) {
      assertThat(catalog.iceberg().namespaceExists(Namespace.of(kept))).isTrue();
    }
  }

  private void requireRunning() {
    assertThat(PlatformFile.running(platform.data()).pid()).isEqualTo(platform.pid());
  }

  private String setting(String name) throws SQLException {
    try (Connection connection = platform.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet value = statement.executeQuery("SHOW " + name)) {
      value.next();
      return value.getString(1);
    }
  }
}
