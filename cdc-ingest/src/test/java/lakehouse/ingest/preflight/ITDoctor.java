package lakehouse.ingest.preflight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.ingest.fixture.SourceDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees who has something to mend: exit code, cause, and the remedy to the letter. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ITDoctor {
  @TempDir private static Path folder;

  private CaptureHarness lake;

  @BeforeAll
  void start() {
    lake = new CaptureHarness(folder);
  }

  @AfterAll
  void stop() {
    lake.close();
  }

  @Test
  void tellsAllThatIsWrongWithASourceAndTheIngestDoesNotBegin() throws Exception {
    SourceDatabase source =
        lake.source(
            "sick",
            """
            CREATE TABLE good (id int PRIMARY KEY, v int);
            CREATE TABLE keyless (v int);
            CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE);
            CREATE TABLE generated (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED);
            CREATE TABLE parent (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE early (id int PRIMARY KEY, at time);
            INSERT INTO early VALUES (1, '12:00:00.000001');
            CREATE TABLE umlaut (id int PRIMARY KEY, größe int);
            CREATE TABLE secret (id int PRIMARY KEY);
            """);
    source.execute("CREATE TABLE unsent (id int PRIMARY KEY)");
    source.execute(
        """
        CREATE ROLE newcomer LOGIN PASSWORD '%s';
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO newcomer;
        REVOKE SELECT ON secret FROM newcomer;
        """
            .formatted(SourceDatabase.PASSWORD));
    Path config = source.config("tables: ['*', unsent, goood]");
    replace(config, "user: lake_test", "user: newcomer");
    try (ProgramProcess doctor = IngestProcess.doctor(config)) {
      assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(3);
      assertThat(doctor.output())
          .contains("catalog: ready")
          .contains(
              """
              source sick:
                The role may not stream changes.
                  found:  role newcomer has no attribute REPLICATION
                  remedy: ALTER ROLE newcomer REPLICATION;
              """)
          .contains(
              """
                The configuration asks for a table that is not there.
                  found:  goood matches no table; near are public.good
                  remedy: Correct `tables` of the source.
              """)
          .contains(
              """
                A table that the configuration names is not sent.
                  found:  public.unsent is not in publication lake
                  remedy: ALTER PUBLICATION lake ADD TABLE public.unsent;
              """)
          .contains(
              """
                The engine flink-cdc cannot capture a table without a primary key.
                  found:  public.keyless has no primary key
                  remedy: ALTER TABLE public.keyless ADD PRIMARY KEY (<columns>); \
              -- or name it under `exclude`
              """)
          .contains(
              """
                The role may not read a table.
                  found:  role newcomer lacks SELECT on public.secret
                  remedy: GRANT USAGE ON SCHEMA public TO newcomer; \
              GRANT SELECT ON public.secret TO newcomer;
              """)
          .contains("the primary key of public.deferred is deferrable")
          .contains("public.generated.twice is generated")
          .contains("public.parent is partitioned")
          .contains("public.early.at has values with digits beyond the milliseconds")
          .contains("public.umlaut.größe has characters beyond ASCII")
          .doesNotContain("found:  public.good")
          .doesNotContain(SourceDatabase.PASSWORD)
          .doesNotContain("\tat ");
    }
    try (ProgramProcess ingest = IngestProcess.ingest(config)) {
      assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(3);
      assertThat(ingest.output())
          .contains("error: the capture cannot begin.")
          .contains("public.keyless has no primary key")
          .contains("ALTER ROLE newcomer REPLICATION;")
          .doesNotContain("\tat ");
    }
    assertThat(lake.state(source)).isEmpty();
    assertThat(source.query("SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");

    // as the remedies say
    source.execute(
        """
        ALTER ROLE newcomer REPLICATION;
        GRANT USAGE ON SCHEMA public TO newcomer; GRANT SELECT ON public.secret TO newcomer;
        ALTER PUBLICATION lake ADD TABLE public.unsent;
        GRANT SELECT ON unsent TO newcomer;
        """);
    source.config(
        """
        tables: ['*', unsent, good]
        exclude: [keyless, deferred, generated, parent, early, umlaut]
        """);
    replace(config, "user: lake_test", "user: newcomer");
    try (ProgramProcess doctor = IngestProcess.doctor(config)) {
      assertThat(doctor.exitCode()).as(doctor.output()).isZero();
      assertThat(doctor.output()).contains("source sick: ready, 3 tables");
    }
  }

  @Test
  void tellsWhatDoesNotAnswer() throws Exception {
    SourceDatabase source = lake.source("silent", "CREATE TABLE t (id int PRIMARY KEY)");
    Path config = source.config("");
    replace(config, "port: " + source.platform().port(), "port: 1");
    replace(config, lake.catalog().config().uri().toString(), "http://127.0.0.1:1/api/v2");
    try (ProgramProcess doctor = IngestProcess.doctor(config)) {
      assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(3);
      assertThat(doctor.output())
          .contains("catalog: it does not answer at http://127.0.0.1:1/api/v2")
          .contains("Start it (`lake up` for the embedded platform), or correct `catalog.uri`.")
          .contains("The database cannot be reached.")
          .contains("127.0.0.1:1, database silent,")
          .contains("refused")
          .doesNotContain("\tat ");
    }

    source.config("");
    Files.writeString(source.folder().resolve("password"), "wrong", UTF_8);
    try (ProgramProcess ingest = IngestProcess.ingest(config)) {
      assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(3);
      assertThat(ingest.output())
          .contains("error: the capture cannot begin.")
          .contains("The database cannot be reached.")
          .contains("password authentication failed for user \"lake_test\"")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void tellsAllThatIsWrongInTheConfiguration() throws Exception {
    SourceDatabase source = lake.source("misspelt", "CREATE TABLE t (id int PRIMARY KEY)");
    Path config = source.config("publicaton: lake");
    replace(config, "checkpoint-interval: 500 ms", "checkpoint-interval: soon");
    try (ProgramProcess ingest = IngestProcess.ingest(config)) {
      assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(2);
      assertThat(ingest.output())
          .contains("lake.yaml has 2 problems:")
          .contains("publicaton")
          .contains("publication")
          .contains("checkpoint-interval")
          .contains("`lake config schema`")
          .doesNotContain("\tat ");
    }
    source.config("");
    try (ProgramProcess doctor = IngestProcess.doctor(config, "--source", "mispelt")) {
      assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(2);
      assertThat(doctor.output()).contains("mispelt").contains("misspelt").doesNotContain("\tat ");
    }
    try (ProgramProcess doctor = IngestProcess.doctor(config, "--json")) {
      assertThat(doctor.exitCode()).as(doctor.output()).isZero();
    }
  }

  private static void replace(Path file, String found, String by) throws IOException {
    String text = Files.readString(file, UTF_8);
    assertThat(text).contains(found);
    Files.writeString(file, text.replace(found, by), UTF_8);
  }
}
