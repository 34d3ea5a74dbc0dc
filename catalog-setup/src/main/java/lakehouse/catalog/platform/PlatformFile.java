package lakehouse.catalog.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.Secret;

/**
 * Where the embedded platform of a data folder listens, as it wrote it down for other programs.
 *
 * @param state whether it runs; ports of a stopped one are taken up again where still free
 * @param pid its process
 * @param token drawn anew at each start and carried by each server, so that a reader can tell
 *     whether what listens there is this platform
 * @param startedAt when it started
 * @param postgresHost PostgreSQL's host
 * @param postgresPort PostgreSQL's port
 * @param postgresUser PostgreSQL's superuser; its password is the secret of the same name
 * @param nessieUri Nessie's API, version 2
 * @param warehouse where tables are stored
 */
public record PlatformFile(
    State state,
    long pid,
    String token,
    Instant startedAt,
    String postgresHost,
    int postgresPort,
    String postgresUser,
    URI nessieUri,
    String warehouse) {
  /** The header of every answer of Nessie that carries the token. */
  static final String TOKEN_HEADER = "Lake-Platform";

  /** What PostgreSQL's {@code cluster_name} starts with, before the token. */
  static final String CLUSTER_NAME_PREFIX = "lake-";

  /** Patient: on a busy machine a server of ours may take seconds to answer. */
  private static final int TIMEOUT_MILLIS = 30_000;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /** Whether the platform runs, by its own word. */
  public enum State {
    RUNNING,
    STOPPED
  }

  /** What the data folder's last platform wrote, or empty if it never had one. */
  public static Optional<PlatformFile> read(DataFolder data) {
    try {
      return Optional.of(
          JSON.readValue(Files.readString(data.platformFile(), UTF_8), PlatformFile.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonProcessingException e) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          "%s is damaged. Stop the platform, delete the file, and start again: no data is in it."
              .formatted(data.platformFile()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The running platform of the data folder; its servers are checked to be its own.
   *
   * @throws LakeException with {@link ExitCode#PREFLIGHT} if there is none, or something else
   *     listens where it did
   */
  public static PlatformFile running(DataFolder data) {
    PlatformFile file =
        read(data)
            .filter(found -> found.state() == State.RUNNING)
            .orElseThrow(() -> notRunning(data, "none was started, or it was stopped"));
    if (ProcessHandle.of(file.pid()).filter(ProcessHandle::isAlive).isEmpty()) {
      throw notRunning(data, "its process %d is gone".formatted(file.pid()));
    }
    file.verifyNessie(data);
    file.verifyPostgres(data);
    return file;
  }

  /** The address of one of PostgreSQL's databases. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://%s:%d/%s".formatted(postgresHost, postgresPort, database);
  }

  /** The superuser's password. */
  public Secret postgresPassword(DataFolder data) {
    return new PlatformSecrets(data).ensure(postgresUser);
  }

  /** How to open the platform's catalog. */
  public CatalogConfig catalogConfig() {
    return new CatalogConfig(nessieUri, "main", warehouse, Map.of());
  }

  /** Replaces what the data folder says, at once, readable by its owner alone. */
  void write(DataFolder data) {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try {
      Path aside = Files.createTempFile(data.path(), ".platform", ".json", ownerOnly);
      Files.writeString(aside, JSON.writeValueAsString(this) + "\n", UTF_8);
      Files.move(
          aside,
          data.platformFile(),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  PlatformFile stopped() {
    return new PlatformFile(
        State.STOPPED,
        pid,
        token,
        startedAt,
        postgresHost,
        postgresPort,
        postgresUser,
        nessieUri,
        warehouse);
  }

  private void verifyNessie(DataFolder data) {
    String found;
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(nessieUri + "/config").toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      connection.getResponseCode(); // throws where the header alone would be silently absent
      found = connection.getHeaderField(TOKEN_HEADER);
      connection.disconnect();
    } catch (IOException e) {
      throw notRunning(data, "its catalog does not answer at %s: %s".formatted(nessieUri, e));
    }
    if (!token.equals(found)) {
      throw notRunning(data, "another server listens at %s".formatted(nessieUri));
    }
  }

  /**
   * A PostgreSQL that does not answer is left to those who need it; one that answers must be ours.
   */
  private void verifyPostgres(DataFolder data) {
    Properties properties = new Properties();
    properties.setProperty("user", postgresUser);
    properties.setProperty("password", postgresPassword(data).reveal());
    properties.setProperty("connectTimeout", Integer.toString(TIMEOUT_MILLIS / 1_000));
    properties.setProperty("socketTimeout", Integer.toString(TIMEOUT_MILLIS / 1_000));
    try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres"), properties);
        Statement statement = connection.createStatement();
        ResultSet name = statement.executeQuery("SHOW cluster_name")) {
      name.next();
      if (!name.getString(1).equals(CLUSTER_NAME_PREFIX + token)) {
        throw notRunning(data, "another PostgreSQL listens at port %d".formatted(postgresPort));
      }
    } catch (SQLException e) {
      // Class 08 is "no connection", 57P0x "starting or stopping"; any other answer, such as a
      // refused password, comes from a server that is not ours.
      String state = Optional.ofNullable(e.getSQLState()).orElse("08000");
      if (!state.startsWith("08") && !state.startsWith("57P")) {
        throw notRunning(
            data,
            "another PostgreSQL listens at port %d (it refused us with SQLSTATE %s)"
                .formatted(postgresPort, state));
      }
    }
  }

  private static LakeException notRunning(DataFolder data, String evidence) {
    return new LakeException(
        ExitCode.PREFLIGHT,
        """
        The embedded platform of %s is not running: %s.
        Start it with `lake up`, or name its data folder with --data or the environment \
        variable %s."""
            .formatted(data, evidence, DataFolder.VARIABLE));
  }
}
