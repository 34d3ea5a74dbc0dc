package lakehouse.ingest.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.ingest.fixture.QueriedSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What lake doctor says of databases that are asked by queries. */
class ITJdbcDoctor {
  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  @Test
  void tellsAllThatStopsTheCaptureAndTheStatementThatMendsIt() throws Exception {
    QueriedSource source =
        QueriedSource.postgres(
            lake,
            "sick",
            "CREATE TABLE plain (id int PRIMARY KEY, at timestamptz NOT NULL, word text)",
            "CREATE TABLE keyless (id int, at timestamptz)",
            "CREATE TABLE hidden (id int PRIMARY KEY)",
            "CREATE TABLE fine (id int PRIMARY KEY, at timestamptz)",
            "CREATE INDEX ON fine (at)",
            "CREATE ROLE reader LOGIN PASSWORD 'of-the-reader'",
            "GRANT SELECT ON plain, keyless, fine TO reader");
    QueriedSource asReader =
        new QueriedSource(
            source.name(), source.url(), "reader", "of-the-reader", lake, source.folder());
    Path config =
        asReader.config(
            """
            - table: plain
              watermark: at
            - table: keyless
              key: [id]
            - table: hidden
            - table: gone
            - table: fine
              watermark: at
              from: "2024-13-01"
              rules:
                - {column: At, required: true}
                - {column: id, min: many}
            """,
            "");
    try (ProgramProcess doctor = IngestProcess.doctor(config)) {
      assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(3);
      assertThat(doctor.output())
          .contains("The watermark of table public.plain has no index")
          .contains("CREATE INDEX ON \"plain\" (\"at\");")
          .contains("Nothing says that the key of table public.keyless is unique.")
          .contains("CREATE UNIQUE INDEX ON \"keyless\" (\"id\");")
          .contains("Table hidden cannot be read.")
          .contains("permission denied for table hidden")
          .contains("GRANT SELECT ON hidden TO reader;")
          .contains("Table gone cannot be read.")
          .contains("A bound of the range of table public.fine is no value of its watermark.")
          .contains("A rule of table public.fine cannot be held.")
          .contains("there is no column At")
          .contains("a bound is no value of column id, which is of the type int")
          .doesNotContain("of-the-reader");
    }
    source.execute(
        "CREATE INDEX ON plain (at)",
        "CREATE UNIQUE INDEX ON keyless (id)",
        "GRANT SELECT ON hidden TO reader");
    Path mended =
        asReader.config(
            """
            - table: plain
              watermark: at
            - table: keyless
              key: [id]
            - table: hidden
            - table: fine
              watermark: at
              from: "2024-12-01"
              rules:
                - {column: at, required: true}
                - {column: id, min: 0}
            """,
            "");
    try (ProgramProcess doctor = IngestProcess.doctor(mended)) {
      assertThat(doctor.exitCode()).as(doctor.output()).isZero();
      assertThat(doctor.output()).contains("source sick: ready, 4 tables");
    }
    Path astray =
        new QueriedSource(
                "astray", "jdbc:postgresql://127.0.0.1:1/none", "x", "y", lake, source.folder())
            .config("- table: t\n", "");
    try (ProgramProcess doctor = IngestProcess.doctor(astray)) {
      assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(3);
      assertThat(doctor.output()).contains("The database cannot be reached.");
    }
  }
}
