package lakehouse.ingest.preflight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.source.SourceDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a user sees who has something to mend: exit code, cause, and the remedy to the letter. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ITDoctor {
  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

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
  void judgesASourceByWhatTheNativeEngineCanDo() throws Exception {
    SourceDatabase source =
        lake.source(
            "odd",
            """
            CREATE TABLE bag (v int, at time);
            ALTER TABLE bag REPLICA IDENTITY FULL;
            CREATE TABLE indexed (id int PRIMARY KEY DEFERRABLE, code uuid NOT NULL UNIQUE);
            ALTER TABLE indexed REPLICA IDENTITY USING INDEX indexed_code_key;
            CREATE TABLE generated (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED);
            CREATE TABLE "Größe & Co." ("SELECT" text PRIMARY KEY, "a.b c" money[]);
            CREATE TABLE keyless (v int);
            CREATE TABLE "order" (id int PRIMARY KEY DEFERRABLE);
            CREATE TABLE computed (id int, key int GENERATED ALWAYS AS (id) STORED PRIMARY KEY);
            CREATE TABLE parent (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE old PARTITION OF parent FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
            CREATE UNLOGGED TABLE new PARTITION OF parent FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
            CREATE TABLE spread (v int) PARTITION BY LIST (v);
            CREATE TABLE one PARTITION OF spread FOR VALUES IN (1);
            ALTER TABLE spread REPLICA IDENTITY FULL;
            CREATE TABLE hidden (id int PRIMARY KEY);
            ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
            CREATE TABLE listed (id int PRIMARY KEY, v int);
            CREATE TABLE filtered (id int PRIMARY KEY, v int);
            CREATE TABLE by_key (id int PRIMARY KEY, v int);
            """);
    source.execute(
        """
        ALTER PUBLICATION lake DROP TABLE listed, filtered, by_key;
        ALTER PUBLICATION lake ADD TABLE listed (v), filtered WHERE (v > 0), by_key WHERE (id > 0);
        """);
    Path config = source.config("engine: native\ntables: ['*', '\"Größe & Co.\"', '\"Grösse\"']");
    try (ProgramProcess doctor = IngestProcess.doctor(config)) {
      assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(3);
      assertThat(doctor.output())
          .contains("\"Grösse\" matches no table")
          .contains(
              """
                The publication sends the partitions of a table as tables of their own.
                  found:  public.parent is partitioned, and publication lake has no publish_via_partition_root
                  remedy: ALTER PUBLICATION lake SET (publish_via_partition_root = true); \
              -- or name the table under `exclude`, and its partitions are captured each by itself
              """);
    }

    source.execute("ALTER PUBLICATION lake SET (publish_via_partition_root = true)");
    source.config("engine: native\ntables: ['*', '\"Größe & Co.\"']");
    try (ProgramProcess doctor = IngestProcess.doctor(config)) {
      assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(3);
      assertThat(doctor.output())
          .contains(
              """
                  found:  public.keyless is published, and its replica identity is its primary key, of which it has none
                  remedy: ALTER TABLE public.keyless ADD PRIMARY KEY (<columns>); \
              or ALTER TABLE public.keyless REPLICA IDENTITY FULL; \
              -- or name it under `exclude`, and take it out of the publication
              """)
          .contains(
              """
                  remedy: ALTER TABLE public."order" REPLICA IDENTITY FULL; \
              -- or name it under `exclude`, and take it out of the publication
              """)
          .contains("public.computed.key is generated")
          .contains(
              """
                  found:  public.new, a partition of public.parent, is unlogged
                  remedy: ALTER TABLE public.new SET LOGGED;
              """)
          .contains(
              """
                  found:  the replica identity of public.one, a partition of public.spread, is not FULL
                  remedy: ALTER TABLE public.one REPLICA IDENTITY FULL;
              """)
          .contains(
              """
                  found:  row security on public.hidden applies to role lake_test
                  remedy: ALTER ROLE lake_test BYPASSRLS;
              """)
          .contains("the column list of public.listed lacks id")
          .contains("the filter of public.filtered reads v, beyond its replica identity")
          .doesNotContain("bag", "indexed", "public.generated", "Größe", "by_key")
          .doesNotContain("\tat ");
    }

    // as the remedies say
    source.execute(
        """
        ALTER TABLE keyless REPLICA IDENTITY FULL;
        ALTER TABLE "order" REPLICA IDENTITY FULL;
        ALTER TABLE new SET LOGGED;
        ALTER TABLE one REPLICA IDENTITY FULL;
        ALTER ROLE lake_test BYPASSRLS;
        ALTER TABLE filtered REPLICA IDENTITY FULL;
        ALTER PUBLICATION lake DROP TABLE public.listed; ALTER PUBLICATION lake ADD TABLE public.listed;
        """);
    source.config("engine: native\nexclude: [computed]");
    try (ProgramProcess doctor = IngestProcess.doctor(config)) {
      assertThat(doctor.exitCode()).as(doctor.output()).isZero();
      assertThat(doctor.output()).contains("source odd: ready, 12 tables");
    } finally {
      source.execute("ALTER ROLE lake_test NOBYPASSRLS");
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
