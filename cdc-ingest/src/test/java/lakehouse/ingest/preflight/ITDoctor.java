package lakehouse.ingest.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.ingest.fixture.SourceDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees who has something to mend. */
class ITDoctor {
  @TempDir private Path folder;

  @Test
  void tellsAllThatIsWrongAndTheIngestDoesNotBegin() throws Exception {
    try (CaptureHarness lake = new CaptureHarness(folder)) {
      SourceDatabase source =
          lake.source(
              "sick",
              """
              CREATE TABLE good (id int PRIMARY KEY, v int);
              CREATE TABLE keyless (v int);
              CREATE TABLE generated (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED);
              CREATE TABLE parent (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
              CREATE TABLE early (id int PRIMARY KEY, at time);
              INSERT INTO early VALUES (1, '12:00:00.000001');
              CREATE TABLE secret (id int PRIMARY KEY);
              """);
      source.execute("REVOKE SELECT ON secret FROM lake_test");
      Path config = source.config("");
      try (IngestProcess doctor = IngestProcess.doctor(config)) {
        assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(3);
        assertThat(doctor.output())
            .contains("catalog: ready")
            .contains("public.keyless has no primary key")
            .contains("public.generated.twice is generated")
            .contains("public.parent is partitioned")
            .contains("public.early.at has values with digits beyond the milliseconds")
            .contains("GRANT SELECT ON public.secret TO lake_test;")
            .doesNotContain("public.good")
            .doesNotContain(SourceDatabase.PASSWORD);
      }
      try (IngestProcess ingest = IngestProcess.ingest(config)) {
        assertThat(ingest.exitCode()).isEqualTo(3);
        assertThat(ingest.output())
            .contains("error: the capture cannot begin.")
            .contains("public.keyless has no primary key");
      }

      // as the remedies say
      source.execute("GRANT SELECT ON secret TO lake_test");
      source.config("exclude: [keyless, generated, parent, early]");
      try (IngestProcess doctor = IngestProcess.doctor(config, "--json")) {
        assertThat(doctor.exitCode()).as(doctor.output()).isZero();
      }

      Files.writeString(folder.resolve("source sick/password"), "wrong");
      try (IngestProcess doctor = IngestProcess.doctor(config)) {
        assertThat(doctor.exitCode()).isEqualTo(3);
        assertThat(doctor.output())
            .contains("The database cannot be reached.")
            .contains("password authentication failed for user \"lake_test\"")
            .doesNotContain("\tat ");
      }
    }
  }
}
