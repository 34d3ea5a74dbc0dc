package lakehouse.ingest.capture.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.platform.CatalogYaml;
import lakehouse.catalog.platform.ObjectStoreProcess;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.ingest.fixture.TcpProxy;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.OutputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that come in a bucket of an S3 server, into a lake on the same server. */
class ITFilesBucket {
  private static final String CSV =
      """
      - name: tariff
        path: tariffs/**.csv*
        format: csv
        key: [code]
        columns:
          - {name: code}
          - {name: rate, type: 'decimal(8,4)', min: 0}
      """;
  private static final String PARQUET =
      """
      - name: profile
        path: profiles/*
        format: parquet
        columns:
          - {name: meter, required: true}
          - {name: slot, type: int}
          - {name: kwh, type: 'decimal(9,3)'}
      """;

  private static final int ROUNDS = 2;
  private static final int LINES = 600_000;

  /** What the ingest says when it cannot read a file, or write one; not of looking for new ones. */
  private static final String FELT =
      ".*(UnreadableException: .*jsonl cannot be read|The catalog commit is not done yet).*";

  @RegisterExtension static final CaptureHarness lake = CaptureHarness.onObjectStore();

  @Test
  void takesInEachObjectOnce() throws Exception {
    DropFolder drop = drop("formats", DropFolder.READINGS + CSV + PARQUET, lake.objectStore());
    put(
        drop,
        "readings/a b%20.jsonl",
        "{\"meter\": \"M1\", \"kwh\": 1.5, \"firmware\": \"v2\"}\n{\"meter\": \"M2\"}\n{broken\n");
    put(drop, "readings/b.jsonl.gz", DropFolder.gzip("{\"meter\": \"M3\"}\n"));
    put(drop, "readings/.hidden", "{\"meter\": \"M8\"}\n");
    put(drop, "readings/_half", "{\"meter\": \"M9\"");
    put(drop, "readings/", ""); // what stands for a folder
    // by its folder: what asks the server for it cannot spell the name either
    Files.writeString(
        lake.folder().resolve("objects/drops/of formats/readings/c#1.jsonl"),
        "{\"meter\": \"M7\"}\n");
    put(drop, "tariffs/2026/t.csv", "code,rate\nA-1,12.5\nA-2,-1\n");
    put(drop, "profiles/p.parquet", ParquetFiles.profiles(lake.folder(), 1_000));
    put(drop, "profiles/damaged.parquet", "PAR1 is how one begins and ends PAR1");

    drop.takeIn();

    assertThat(drop.files())
        .containsExactly(
            "profiles/damaged.parquet damaged",
            "profiles/p.parquet done",
            "readings/a b%20.jsonl done",
            "readings/b.jsonl.gz done",
            "readings/c#1.jsonl refused",
            "tariffs/2026/t.csv done");
    assertThat(drop.rows("reading"))
        .extracting(row -> row.getField("meter"))
        .containsExactlyInAnyOrder("M1", "M2", "M3");
    assertThat(drop.rows("tariff")).hasSize(1);
    assertThat(drop.rows("profile")).hasSize(1_000);
    assertThat(drop.reasons())
        .containsExactly(
            "file-damaged profiles/damaged.parquet:1",
            "file-refused readings/c#1.jsonl:1",
            "range tariffs/2026/t.csv:2",
            "syntax readings/a b%20.jsonl:3");

    // without anything of Flink's: what was taken in is not taken again, what is new is told of
    put(drop, "readings/c.jsonl", "{\"meter\": \"M4\"}\n");
    put(drop, "readings/b.jsonl.gz", DropFolder.gzip("{\"meter\": \"M3\"}\n{\"meter\": \"M5\"}\n"));
    drop.takeIn();
    assertThat(drop.rows("reading"))
        .extracting(row -> row.getField("meter"))
        .containsExactlyInAnyOrder("M1", "M2", "M3", "M4");
    assertThat(drop.files()).contains("readings/b.jsonl.gz rewritten", "readings/c.jsonl done");
  }

  /** The store is the lake's and the drop's: neither can be read nor written for a while. */
  @Test
  void losesNothingWhenTheStoreFails() throws Exception {
    DropFolder drop =
        // not what the server has beside an object while it is written
        drop(
            "outage",
            DropFolder.READINGS.replace("readings/*", "readings/*.jsonl"),
            lake.objectStore());
    try (ProgramProcess ingest = drop.start()) {
      for (int round = 0; round < ROUNDS; round++) {
        long position = drop.state().map(SourceState::position).orElse(0L);
        put(drop, "readings/%d.jsonl".formatted(round), lines(round, LINES));
        await()
            .atMost(Duration.ofMinutes(2))
            .until(() -> drop.state().map(SourceState::position).orElse(0L) > position + 1);
        // some of the file is in the lake
        long felt = ingest.lines(FELT).count();
        lake.objectStore().kill();
        await().atMost(Duration.ofMinutes(2)).until(() -> ingest.lines(FELT).count() > felt);
        assertThat(ingest.alive()).as(ingest.output()).isTrue();
        lake.objectStore().restart();
        String done = "readings/%d.jsonl done".formatted(round);
        await().atMost(Duration.ofMinutes(3)).until(() -> drop.files().contains(done));
      }
      assertThat(ingest.stop()).as(ingest.output()).isZero();
      assertThat(ingest.output()).doesNotContain(ObjectStoreProcess.secret());
    }
    assertThat(drop.rows("reading"))
        .extracting(row -> (String) row.getField("meter"))
        .hasSize(ROUNDS * LINES)
        .doesNotHaveDuplicates();
    assertThat(drop.quarantined()).isEmpty();
  }

  /** A file whose bytes stop coming is not one that breaks off. */
  @ParameterizedTest
  @ValueSource(strings = {"readings/large.jsonl.gz", "profiles/large.parquet"})
  void doesNotTakeABrokenConnectionForABrokenFile(String path) throws Exception {
    boolean lines = path.endsWith(".gz");
    byte[] content =
        lines ? DropFolder.gzip(lines(0, 400_000)) : ParquetFiles.profiles(lake.folder(), 400_000);
    try (TcpProxy network = TcpProxy.to("127.0.0.1", lake.objectStore().port())) {
      DropFolder drop =
          drop(
              lines ? "archive" : "parquet",
              lines ? DropFolder.READINGS.replace("readings/*", "readings/*.gz") : PARQUET,
              network.port());
      put(drop, path, content);
      String words = "GET /drops/of%20" + drop.name() + "/" + path;
      network.when(words, TcpProxy.Reaction.SWALLOW_ANSWER, content.length / 2);
      try (ProgramProcess ingest = drop.start()) {
        await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> ingest.output().contains("UnreadableException"));
        assertThat(drop.files()).isEmpty();
        network.mend();
        network.when(words, TcpProxy.Reaction.HOLD_ANSWER, content.length / 3);
        network.awaitSaid();
        await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
        network.mend();
        await().atMost(Duration.ofMinutes(2)).until(() -> !drop.files().isEmpty());
        assertThat(ingest.stop()).as(ingest.output()).isZero();
      }
      assertThat(drop.files()).containsExactly(path + " done");
      assertThat(drop.quarantined()).isEmpty();
      assertThat(drop.rows(lines ? "reading" : "profile"))
          .extracting(row -> (String) row.getField("meter"))
          .hasSize(400_000)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void readsOneVersionOfAnObjectOrTellsThatItChanged() throws Exception {
    try (TcpProxy network = TcpProxy.to("127.0.0.1", lake.objectStore().port())) {
      DropFolder drop =
          drop(
              "changed",
              DropFolder.READINGS.replace("readings/*", "readings/*.jsonl"),
              network.port());
      put(drop, "readings/a.jsonl", lines(0, 200_000));
      network.when("GET /drops/of%20changed", TcpProxy.Reaction.HOLD_ANSWER, 1_000_000);
      try (ProgramProcess ingest = drop.start()) {
        network.awaitSaid();
        put(drop, "readings/a.jsonl", lines(1, 300_000));
        network.mend();
        await().atMost(Duration.ofMinutes(2)).until(() -> !drop.files().isEmpty());
        assertThat(ingest.stop()).as(ingest.output()).isZero();
      }
      assertThat(drop.files())
          .contains("readings/a.jsonl changed")
          .doesNotContain("readings/a.jsonl done");
      assertThat(drop.rows("reading"))
          .extracting(row -> Integer.parseInt(((String) row.getField("meter")).substring(1)))
          .as("of the first version alone")
          .allMatch(meter -> meter < 1_000_000);
    }
  }

  /** A server tells of a thousand at once. */
  @Test
  void takesInMoreObjectsThanAreListedAtOnce() throws Exception {
    DropFolder drop = drop("many", DropFolder.READINGS, lake.objectStore());
    for (int i = 0; i < 1_100; i++) {
      put(drop, "readings/%d.jsonl".formatted(i), lines(i, 1));
    }
    drop.takeIn();
    assertThat(drop.rows("reading")).hasSize(1_100);
  }

  @Test
  void doctorTellsOfABucketThatIsNotThere() {
    DropFolder drop =
        new DropFolder(
            lake,
            "nowhere",
            "s3://no-such-bucket/x",
            DropFolder.READINGS,
            access(lake.objectStore().port()));
    try (ProgramProcess doctor = IngestProcess.doctor(drop.config())) {
      assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(3);
      assertThat(doctor.output())
          .contains("The location s3://no-such-bucket/x cannot be listed")
          .contains("make the folder or bucket")
          .doesNotContain(ObjectStoreProcess.secret());
    }
  }

  private static DropFolder drop(String name, String tables, ObjectStoreProcess store) {
    return drop(name, tables, store.port());
  }

  private static DropFolder drop(String name, String tables, int port) {
    return new DropFolder(lake, name, "s3://drops/of " + name, tables, access(port));
  }

  private static String access(int port) {
    Map<String, String> properties = new java.util.TreeMap<>(lake.objectStore().properties());
    properties.put("s3.endpoint", "http://127.0.0.1:" + port);
    return "properties: " + CatalogYaml.properties(properties, lake.folder()) + "\n";
  }

  private static void put(DropFolder drop, String path, String content) throws IOException {
    put(drop, path, content.getBytes(StandardCharsets.UTF_8));
  }

  private static void put(DropFolder drop, String path, byte[] content) throws IOException {
    FileIO files = lake.catalog().fileIO();
    OutputFile file = files.newOutputFile("s3://drops/of " + drop.name() + "/" + path);
    try (OutputStream out = file.createOrOverwrite()) {
      out.write(content);
    }
  }

  private static String lines(int file, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "{\"meter\": \"M%d\", \"kwh\": 1.25}\n".formatted(file * 1_000_000 + i))
        .collect(Collectors.joining());
  }
}
