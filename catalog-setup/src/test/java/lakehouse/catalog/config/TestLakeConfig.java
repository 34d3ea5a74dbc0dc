package lakehouse.catalog.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.platform.DataFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestLakeConfig {
  private final ConfigText text = new ConfigText();
  private final Map<String, String> environment = text.environment();

  @TempDir private Path temporary;

  @Test
  void fillsInWhatIsLeftOut() {
    LakeConfig config = text.read(ConfigText.MINIMAL);

    assertThat(config.catalog())
        .isEqualTo(
            new CatalogConfig(
                URI.create("http://nessie:19120/api/v2"), "main", "s3://lake/warehouse", Map.of()));
    PostgresConfig source = config.databases().get(0);
    assertThat(source)
        .usingRecursiveComparison()
        .isEqualTo(
            new PostgresConfig(
                "billing",
                CaptureEngineName.FLINK_CDC,
                "db1",
                5432,
                "billing",
                "lake_billing",
                new Secret("hunter2"),
                SslMode.PREFER,
                "",
                "lake_billing",
                "lake",
                List.of("*"),
                List.of(),
                List.of()));
    assertThat(config.ingest())
        .isEqualTo(
            new IngestConfig(
                Duration.ofSeconds(5),
                128L << 20,
                ConfigText.FOLDER.resolve(".lake/ingest"),
                Optional.empty()));
    assertThat(config.models()).isEqualTo(new ModelsConfig(List.of(), 2));
  }

  @Test
  void readsEveryKey() throws Exception {
    Path key = Files.writeString(temporary.resolve("key"), "s3cret\n");
    LakeConfig config =
        text.read(
            """
            catalog:
              uri: https://nessie.example/api/v2
              reference: published
              warehouse: s3://lake/warehouse
              properties: {s3.endpoint: 'http://object-store:9000', s3.secret-access-key: '${env:PASSWORD}'}
            sources:
              - name: billing
                engine: flink-cdc
                host: ${env:HOST:-db1}
                port: ${env:PORT}
                database: legacy
                user: reader
                password: ${file:%s}
                slot: capture_1
                publication: everything
                tables: [bill, 'audit.*']
                exclude: ['*_old']
                masks:
                  - {table: public.consumer, column: cnic, method: token}
                  - {table: consumer, column: name, method: redact}
            ingest:
              checkpoint-interval: 500 ms
              max-buffered-bytes: 1.5 GiB
              state-folder: /var/lib/lake
              mask-key: ${file:%s}
            models:
              paths: [models, /opt/models]
              parallelism: 4
            """
                .formatted(key, key));

    assertThat(config.catalog().properties()).containsEntry("s3.secret-access-key", "hunter2");
    PostgresConfig source = config.databases().get(0);
    assertThat(source.host()).isEqualTo("db1");
    assertThat(source.port()).isEqualTo(6543);
    assertThat(source.password().reveal()).isEqualTo("s3cret");
    assertThat(source.tables()).containsExactly("bill", "audit.*");
    assertThat(source.masks())
        .containsExactly(
            new MaskConfig("public.consumer", "cnic", MaskConfig.Method.TOKEN),
            new MaskConfig("consumer", "name", MaskConfig.Method.REDACT));
    assertThat(config.ingest().checkpointInterval()).isEqualTo(Duration.ofMillis(500));
    assertThat(config.ingest().maxBufferedBytes()).isEqualTo(3L << 29);
    assertThat(config.ingest().stateFolder()).isEqualTo(Path.of("/var/lib/lake"));
    assertThat(config.ingest().maskKey()).get().extracting(Secret::reveal).isEqualTo("s3cret");
    assertThat(config.models().paths())
        .containsExactly(ConfigText.FOLDER.resolve("models"), Path.of("/opt/models"));
  }

  @Test
  void tellsAllThatIsWrongAtOnceWithItsPlace() {
    ConfigException thrown =
        text.broken(
            """
            catalog:
              urii: http://nessie:19120/api/v2
              warehouse: nowhere
            sources:
              - name: Billing
                host: db1
                port: 70000
                pasword: x
                slot: Lake-1
                tables: bill
            ingest:
              checkpointInterval: 5 s
              checkpoint-interval: 5
              max-buffered-bytes: many
            """);

    assertThat(thrown.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(thrown.problems())
        .extracting(Problem::toString)
        .containsExactly(
            "line 1, column 1: catalog.uri: is missing: The Nessie server's API, version 2.",
            "line 2, column 3: catalog.urii: there is no such key; did you mean \"uri\"?",
            "line 3, column 3: catalog.warehouse: \"nowhere\" is not valid;"
                + " expected a location such as s3://bucket/warehouse or file:///path/warehouse",
            "line 5, column 5: sources[0].name: \"Billing\" is not valid;"
                + " expected a lower-case letter, then lower-case letters, digits and _",
            "line 5, column 5: sources[0].password: is missing:"
                + " The replication user's password, by reference.",
            "line 7, column 5: sources[0].port: \"70000\" is not valid;"
                + " expected a whole number from 1 to 65535",
            "line 8, column 5: sources[0].pasword: there is no such key; did you mean \"password\"?",
            "line 9, column 5: sources[0].slot: \"Lake-1\" is not valid;"
                + " expected lower-case letters, digits and _, 63 at most",
            "line 10, column 5: sources[0].tables: \"bill\" is no list",
            "line 12, column 3: ingest.checkpointInterval: there is no such key;"
                + " did you mean \"checkpoint-interval\"?",
            "line 13, column 3: ingest.checkpoint-interval: \"5\" is not valid;"
                + " expected a time with its unit, such as \"500 ms\", \"5 s\" or \"1 min\"",
            "line 14, column 3: ingest.max-buffered-bytes: \"many\" is not valid;"
                + " expected a size from 1 MiB, such as \"128 MiB\"");
    assertThat(thrown).hasMessageStartingWith("lake.yaml has 12 problems:\n  line 1, column 1: ");
  }

  @Test
  void refusesASecretInPlainTextAndDoesNotRepeatIt() {
    ConfigException thrown =
        text.broken(
            ConfigText.MINIMAL.replace("${env:PASSWORD}", "hunter2")
                + """
                ingest:
                  mask-key: hunter2
                """);

    assertThat(thrown.problems())
        .extracting(Problem::key)
        .containsExactly("sources[0].password", "ingest.mask-key");
    assertThat(thrown)
        .hasMessageContaining("a secret must not stand in the file; expected a reference")
        .hasMessageNotContaining("hunter2");
    assertThat(
            text.broken(
                ConfigText.MINIMAL.replace(
                    "warehouse: s3://lake/warehouse",
                    "warehouse: s3://lake/warehouse\n  properties: {s3.secret-access-key: hunter2}")))
        .hasMessageContaining("catalog.properties.s3.secret-access-key: a secret must not stand")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void namesTheReferenceThatCannotBeResolved() {
    assertThat(text.broken(ConfigText.MINIMAL.replace("PASSWORD", "NONE")))
        .hasMessageContaining(
            "line 7, column 5: sources[0].password: the environment variable NONE is not set");
    assertThat(text.broken(ConfigText.MINIMAL.replace("env:PASSWORD", "file:/no/such")))
        .hasMessageContaining("the file of ${file:/no/such} cannot be read (NoSuchFileException)");
    assertThat(text.broken(ConfigText.MINIMAL.replace("db1", "${vault:db1}")))
        .hasMessageContaining("${vault:db1} cannot be resolved; expected ${env:NAME}");
  }

  @Test
  void doesNotShowWhatAReferenceStandsFor() {
    assertThat(
            text.broken(
                ConfigText.MINIMAL.replace("host: db1", "host: db1\n    port: ${env:PASSWORD}")))
        .hasMessageContaining("\"${env:PASSWORD}\" is not valid; expected a whole number")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void refusesSourcesThatShareANameOrASlot() {
    ConfigException thrown =
        text.broken(
            ConfigText.MINIMAL
                + """
                  - name: billing
                    host: db2
                    password: ${env:PASSWORD}
                  - name: meters
                    host: db1
                    slot: lake_billing
                    password: ${env:PASSWORD}
                """);

    assertThat(thrown.problems())
        .extracting(Problem::toString)
        .containsExactly(
            "line 8, column 5: sources[1].name: \"billing\" is the name of sources[0] already;"
                + " expected another",
            "line 13, column 5: sources[2].slot: lake_billing at db1:5432 is used by sources[0];"
                + " expected a slot of its own");
  }

  @Test
  void refusesARootCertificateWithoutVerificationAndTheOtherWayRound() {
    assertThat(text.broken(ConfigText.MINIMAL + "    sslmode: verify-full\n").problems())
        .extracting(Problem::toString)
        .containsExactly(
            "line 5, column 5: sources[0].sslrootcert: is missing, and sslmode is verify-full");
    assertThat(text.broken(ConfigText.MINIMAL + "    sslrootcert: /etc/root.pem\n").problems())
        .extracting(Problem::toString)
        .containsExactly(
            "line 8, column 5: sources[0].sslrootcert: is not looked at with sslmode prefer;"
                + " expected verify-ca or verify-full there");
  }

  @Test
  void namesTheRootCertificateToTheDriver() {
    LakeConfig config =
        text.read(
            ConfigText.MINIMAL
                + """
                    sslmode: verify-ca
                    sslrootcert: /etc/our ca/root&1.pem
                """);

    assertThat(config.databases().get(0).jdbcUrl())
        .isEqualTo(
            "jdbc:postgresql://db1:5432/billing?sslmode=verify-ca&sslrootcert=%2Fetc%2Four+ca%2Froot%261.pem");
  }

  @Test
  void refusesTokensWithoutAKeyAndAColumnMaskedTwice() {
    assertThat(
            text.broken(
                ConfigText.MINIMAL
                    + """
                        masks:
                          - {table: consumer, column: cnic, method: token}
                          - {table: public.consumer, column: cnic, method: redact}
                    """))
        .hasMessageContaining("ingest.mask-key: is missing, and a mask has the method token")
        .hasMessageContaining(
            "sources[0].masks[1]: consumer.cnic is masked by sources[0].masks[0] already");
  }

  @Test
  void refusesWhatIsNoYamlOrStandsTwice() {
    assertThat(text.broken("catalog: {uri: [a\n"))
        .hasMessageContaining("line 2, column 1: is no YAML: ");
    assertThat(text.broken(ConfigText.MINIMAL + "catalog: {}\n"))
        .hasMessageContaining("line 8, column 1: catalog: stands here a second time");
    assertThat(text.broken("- a\n"))
        .hasMessageContaining("expected one with the keys catalog, sources");
  }

  @Test
  void showsNoSecret() {
    LakeConfig config =
        text.read(
            ConfigText.MINIMAL.replace(
                "warehouse: s3://lake/warehouse",
                "warehouse: s3://lake/warehouse\n"
                    + "  properties: {s3.secret-access-key: '${env:PASSWORD}'}"));

    assertThat(config.toString()).contains("***").doesNotContain("hunter2");
    assertThat(ConfigWriter.yaml(config))
        .contains("password: '***'", "s3.secret-access-key: '***'", "checkpoint-interval: 5 s")
        .doesNotContain("hunter2");
  }

  @Test
  void saysThatThePlatformIsNotRunning() {
    DataFolder none = new DataFolder(temporary.resolve("none"));

    assertThatThrownBy(
            () ->
                LakeConfigs.read(
                    "built-in",
                    LakeConfigs.builtIn(),
                    ConfigText.FOLDER,
                    new References(environment::get, PlatformReferences.verified(none))))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.PREFLIGHT))
        .hasMessageContaining("Start it with `lake up`");
    assertThat(none.path()).doesNotExist();
  }

  @Test
  void readsTheBuiltInConfiguration() {
    Map<String, String> platform =
        Map.of(
            "nessie-uri",
            "http://127.0.0.1:1/api/v2",
            "warehouse",
            "file:///a lake/warehouse",
            "postgres-host",
            "127.0.0.1",
            "postgres-port",
            "2",
            "data",
            "/a lake");
    LakeConfig config =
        LakeConfigs.read(
            "built-in",
            LakeConfigs.builtIn(),
            ConfigText.FOLDER,
            new References(
                environment::get,
                key -> key.startsWith("secret:") ? "of " + key : platform.get(key)));

    assertThat(config.databases())
        .extracting(PostgresConfig::name)
        .containsExactly("billing", "metering", "network", "service");
    assertThat(config.databases())
        .allSatisfy(
            source ->
                assertThat(source.password().reveal()).isEqualTo("of secret:" + source.user()));
    assertThat(config.ingest().stateFolder()).isEqualTo(Path.of("/a lake/ingest"));
  }
}
