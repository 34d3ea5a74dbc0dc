package lakehouse.ingest.capture.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.BronzeFold;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rejected records that come into the lake once the rule which they broke is another one. */
class ITFilesReplay {
  private static final String TARIFF =
      """
      - name: tariff
        path: tariffs/*
        format: json-lines
        key: [code]
        columns:
          - {name: code, required: true, pattern: 'A[0-9]+'}
          - {name: rate, type: 'decimal(8,4)', max: 10}
          - {name: holder}
      """;

  private static final String MASKS = "masks: [{table: tariff, column: holder, method: redact}]\n";

  private static final String CSV =
      """
      - name: meter
        path: meters/*
        format: csv
        columns:
          - {name: serial}
          - {name: hung_on, type: date, required: true}
      """;

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  @Test
  void replaysRejectedRecordsAtTheirPlaces() {
    DropFolder drop = new DropFolder(lake, "places", TARIFF, MASKS);
    drop.put(
        "tariffs/a.jsonl",
        """
        {"code": "A1", "rate": 1}
        {"code": "A2", "rate": 20}
        {"code": "A3", "rate": 30, "holder": "Ann"}
        {"code": "B4", "rate": 4}
        """);
    try (ProgramProcess ingest = drop.start()) {
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> drop.files().equals(List.of("tariffs/a.jsonl done")));
      drop.put(
          "tariffs/b.jsonl",
          """
          {"code": "A2", "rate": 5}
          {"code": "A5", "rate": 50}
          """);
      await().atMost(Duration.ofMinutes(2)).until(() -> drop.files().size() == 2);
      replay("places", 5, "Source places is being captured already");
      assertThat(ingest.kill()).isEqualTo(137);
    }
    replay("places", 4, "replayed 0, still rejected 4, file gone 0");
    assertThat(places("places")).containsExactly("l 1/0", "c 2/1", "c 3/1");

    DropFolder corrected =
        new DropFolder(lake, "places", TARIFF.replace("max: 10", "max: 100"), MASKS);
    SourceState before = drop.state().orElseThrow();
    try (ProgramProcess replay =
        IngestProcess.quarantineWithFault(
            drop.config(), "halt-before-replay-commit:1", "replay", "places")) {
      assertThat(replay.exitCode()).as(replay.output()).isEqualTo(137);
    }
    assertThat(drop.state()).contains(before);
    assertThat(places("places")).containsExactly("l 1/0", "c 2/1", "c 3/1");
    try (ProgramProcess replay =
        IngestProcess.quarantineWithFault(
            drop.config(), "halt-after-catalog-commit:1", "replay", "places")) {
      assertThat(replay.exitCode()).as(replay.output()).isEqualTo(137);
    }
    replay("places", 4, "replayed 0, still rejected 1, file gone 0");

    SourceState after = drop.state().orElseThrow();
    assertThat(after.position()).isEqualTo(before.position() + 1);
    assertThat(after.epoch()).isEqualTo(before.epoch());
    assertThat(places("places"))
        .containsExactly("l 1/0", "p 2/0", "c 2/1", "c 2/2", "c 2/3", "c 3/1", "c 3/2");
    assertThat(rates("places"))
        .as("what the newest file says")
        .isEqualTo(Map.of("A1", "1", "A2", "5", "A3", "30", "A5", "50"));
    assertThat(drop.rows("tariff"))
        .filteredOn(row -> row.getField("_seq").equals(3L))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.getField("_source_file")).isEqualTo("tariffs/a.jsonl");
              assertThat(row.getField("_lsn")).isEqualTo(53L);
              assertThat(row.getField("holder")).as("a masked column").isNull();
            });
    assertThat(listed(drop)).contains("tariffs/a.jsonl:4", "(1 of 1 rows)");
    assertThat(listed(drop, "--all")).contains("tariffs/b.jsonl:2", "(4 of 4 rows)");
    assertThat(taken(drop, "tariffs/a.jsonl")).contains("replayed 2-3 +2 -2");
    assertThat(sum(drop, "tariffs/a.jsonl", "accepted")).isEqualTo(3);
    assertThat(sum(drop, "tariffs/a.jsonl", "rejected")).isEqualTo(1);

    corrected.put("tariffs/c.jsonl", "{\"code\": \"A3\", \"rate\": 3}\n");
    corrected.takeIn();
    assertThat(rates("places")).isEqualTo(Map.of("A1", "1", "A2", "5", "A3", "3", "A5", "50"));
    assertThat(places("places")).hasSize(8).endsWith("c 4/1");
  }

  @Test
  void replaysAFileThatWasRefusedAsAWhole() {
    DropFolder drop = new DropFolder(lake, "refused", CSV, "");
    drop.put("meters/a.csv", "serial,place\nS1,north\nS2,south\nS3\n");
    drop.put("meters/b.csv", "serial,hung_on\nS4,2026-07-01\nS5,01.07.2026\n");
    drop.takeIn();
    assertThat(drop.reasons())
        .containsExactly("file-refused meters/a.csv:1", "type meters/b.csv:2");

    DropFolder other =
        new DropFolder(
            lake, "refused", CSV.replace("format: csv", "format: csv\n  header: false"), "");
    replay("refused", 2, "had 2 records when it was taken in, and has 3");
    assertThat(other.rows("meter")).as("all or nothing").hasSize(1);

    DropFolder corrected = new DropFolder(lake, "refused", CSV.replace(", required: true", ""), "");
    replay("refused", 4, "replayed 2, still rejected 2, file gone 0");

    assertThat(drop.rows("meter"))
        .extracting(
            row ->
                "%s %s/%s"
                    .formatted(
                        row.getField("serial"), row.getField("_commit_lsn"), row.getField("_seq")))
        .containsExactlyInAnyOrder("S1 2/1", "S2 2/2", "S4 3/1");
    assertThat(taken(drop, "meters/a.csv")).containsExactly("done 1-3 +2 +0", "refused 1-0 +0 +1");
    assertThat(listed(drop)).contains("meters/a.csv:3", "meters/b.csv:2", "(2 of 2 rows)");

    corrected.put("meters/c.csv", "serial\nS6\n");
    corrected.takeIn();
    assertThat(drop.rows("meter")).as("no file is taken in again").hasSize(4);
  }

  @Test
  void leavesInQuarantineWhatIsInNoFileAnyMore() throws Exception {
    DropFolder drop = new DropFolder(lake, "gone", TARIFF, "");
    Path deleted = drop.put("tariffs/a.jsonl", "{\"code\": \"A1\", \"rate\": 20}\n");
    drop.put("tariffs/b.jsonl", "{\"code\": \"A2\", \"rate\": 20}\n");
    drop.put("tariffs/c.jsonl", "{\"code\": \"A3\", \"rate\": 20}\n");
    drop.takeIn();
    Files.delete(deleted);
    drop.put("tariffs/b.jsonl", "{\"code\": \"A2\", \"rate\": 2}\n");

    new DropFolder(lake, "gone", TARIFF.replace("max: 10", "max: 100"), "");
    replay("gone", 4, "replayed 1, still rejected 0, file gone 2");

    assertThat(rates("gone")).isEqualTo(Map.of("A3", "20"));
    replay("gone", 4, "replayed 0, still rejected 0, file gone 2");
  }

  private static void replay(String source, int exitCode, String says) {
    Path config = lake.folder().resolve("config " + source).resolve("lake.yaml");
    try (ProgramProcess replay = IngestProcess.quarantine(config, "replay", source)) {
      assertThat(replay.exitCode()).as(replay.output()).isEqualTo(exitCode);
      assertThat(replay.output()).contains(says);
    }
  }

  private static String listed(DropFolder drop, String... options) {
    List<String> all = new ArrayList<>(List.of("--source=" + drop.name()));
    all.addAll(List.of(options));
    try (ProgramProcess list =
        IngestProcess.quarantine(drop.config(), "list", all.toArray(String[]::new))) {
      assertThat(list.exitCode()).as(list.output()).isZero();
      return list.output();
    }
  }

  /** Operation, file and record of each row of the tariffs. */
  private static List<String> places(String source) {
    return BronzeFold.of(lake.catalog(), source, "tariff").changes().stream()
        .map(row -> "%s %d/%d".formatted(row.op(), row.commitLsn(), row.seq()))
        .toList();
  }

  private static Map<String, String> rates(String source) {
    return BronzeFold.of(lake.catalog(), source, "tariff").rows().values().stream()
        .collect(
            java.util.stream.Collectors.toMap(
                row -> row.get("code"), row -> row.get("rate").replaceFirst("\\.0+$", "")));
  }

  /** What the log of files tells of one. */
  private static List<String> taken(DropFolder drop, String path) {
    return drop.rows(FilesLog.TABLE).stream()
        .filter(row -> row.getField("path").equals(path))
        .map(
            row ->
                "%s %s-%s %+d %+d"
                    .formatted(
                        row.getField("status"),
                        row.getField("from_record"),
                        row.getField("to_record"),
                        (Long) row.getField("accepted"),
                        (Long) row.getField("rejected")))
        .sorted()
        .toList();
  }

  private static long sum(DropFolder drop, String path, String column) {
    return drop.rows(FilesLog.TABLE).stream()
        .filter(row -> row.getField("path").equals(path))
        .mapToLong(row -> (Long) row.getField(column))
        .sum();
  }
}
