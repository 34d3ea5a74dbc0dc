package lakehouse.ingest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.source.SourceDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that can encrypt, with a certificate of its own, for localhost. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ITEncryptedSource {
  private static final String KEYSTORE_PASSWORD = "changeit";

  private static final String TABLE =
      "CREATE TABLE item (id int PRIMARY KEY); INSERT INTO item VALUES (1)";

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  private Path certificate;
  private Path otherCertificate;

  @BeforeAll
  void encrypt() throws Exception {
    KeyStore own = keyStore("own");
    certificate = pem("own.crt", "CERTIFICATE", own.getCertificate("server").getEncoded());
    otherCertificate =
        pem("other.crt", "CERTIFICATE", keyStore("other").getCertificate("server").getEncoded());
    Path key =
        pem(
            "own.key",
            "PRIVATE KEY",
            own.getKey("server", KEYSTORE_PASSWORD.toCharArray()).getEncoded());
    lake.platform().execute("ALTER SYSTEM SET ssl_cert_file = '%s'".formatted(certificate));
    lake.platform().execute("ALTER SYSTEM SET ssl_key_file = '%s'".formatted(key));
    lake.platform().execute("ALTER SYSTEM SET ssl = on");
    lake.platform().execute("SELECT pg_reload_conf()");
  }

  @ParameterizedTest
  @ValueSource(strings = {"native", "flink-cdc"})
  void theServerIsKnownByItsCertificate(String engine) throws Exception {
    SourceDatabase source = lake.source(engine.replace('-', '_') + "_known", TABLE);
    Path config = config(source, engine, "verify-full", certificate, "localhost");
    assertThat(encryption(config, source)).isEqualTo("true");
  }

  /** Whatever an engine opens goes by the mode: with a server that can encrypt, all or none. */
  @ParameterizedTest
  @ValueSource(strings = {"native", "flink-cdc"})
  void nothingIsEncryptedWhereThatIsAskedFor(String engine) throws Exception {
    SourceDatabase source = lake.source(engine.replace('-', '_') + "_plain", TABLE);
    assertThat(encryption(source.config("sslmode: disable\nengine: " + engine), source))
        .isEqualTo("false");
  }

  @Test
  void anotherServerIsRefused() throws Exception {
    SourceDatabase source = lake.source("unknown", TABLE);
    awaitEncryption(source);
    try (ProgramProcess doctor =
        IngestProcess.doctor(
            config(source, "native", "verify-full", otherCertificate, "localhost"))) {
      assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(3);
      assertThat(doctor.output()).contains("The database cannot be reached.").contains("PKIX");
    }
    // its certificate is for localhost
    try (ProgramProcess doctor =
        IngestProcess.doctor(config(source, "native", "verify-full", certificate, "127.0.0.1"))) {
      assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(3);
      assertThat(doctor.output()).containsIgnoringCase("hostname");
    }
    try (ProgramProcess doctor =
        IngestProcess.doctor(config(source, "native", "verify-ca", certificate, "127.0.0.1"))) {
      assertThat(doctor.exitCode()).as(doctor.output()).isZero();
    }
  }

  /** Captures, and tells whether sessions of the ingest were encrypted. */
  private static String encryption(Path config, SourceDatabase source) throws Exception {
    awaitEncryption(source);
    try (ProgramProcess ingest = IngestProcess.ingest(config)) {
      lake.awaitLoaded(ingest, source, 1);
      source.execute("INSERT INTO item VALUES (2)");
      lake.awaitRows(ingest, source, "item", Map.of("l", 1L, "r", 1L, "c", 1L));
      return source.query(
          """
          SELECT string_agg(DISTINCT s.ssl::text, ' ')
          FROM pg_stat_ssl s
          JOIN pg_stat_activity a ON a.pid = s.pid
          WHERE a.usename = 'lake_test' AND a.datname = current_database()""");
    }
  }

  private static Path config(
      SourceDatabase source, String engine, String mode, Path root, String host) throws Exception {
    Path file =
        source.config("engine: %s\nsslmode: %s\nsslrootcert: \"%s\"".formatted(engine, mode, root));
    String written = Files.readString(file);
    assertThat(written).contains("host: 127.0.0.1");
    return Files.writeString(file, written.replace("host: 127.0.0.1", "host: " + host));
  }

  private static void awaitEncryption(SourceDatabase source) {
    Awaitility.await()
        .until(
            () ->
                source
                    .query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                    .equals("t"));
  }

  private static KeyStore keyStore(String name) throws Exception {
    Path file = lake.folder().resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                KEYSTORE_PASSWORD,
                "-keystore",
                file.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, KEYSTORE_PASSWORD.toCharArray());
    }
    return store;
  }

  private static Path pem(String name, String kind, byte[] encoded) throws Exception {
    Path file = lake.folder().resolve(name);
    Files.writeString(
        file,
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(
                kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded), kind),
        US_ASCII);
    // PostgreSQL takes no key that others may read
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
