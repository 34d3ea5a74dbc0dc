package lakehouse.ingest.capture.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Files that come in a folder: what is taken in, what is not, and that nothing of it is lost. */
class ITFiles {
  private static final String ALL_FORMATS =
      DropFolder.READINGS
          + """
          - name: tariff
            path: tariffs/**.csv*
            format: csv
            delimiter: ';'
            encoding: windows-1252
            key: [code]
            columns:
              - {name: code}
              - {name: valid_from, type: date, required: true}
              - {name: rate, type: 'decimal(8,4)', min: 0}
              - {name: remark}
          """;

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  @Test
  void takesInEachFileOnceWithAllThatItHas() {
    DropFolder drop = new DropFolder(lake, "formats", ALL_FORMATS, "");
    drop.put(
        "readings/a.jsonl",
        """
        {"meter": "M1", "kwh": 1.5, "firmware": "v2", "tags": {"a": [1, 0.10000000000000000001]}}
        {"kwh": "2.250", "meter": "M2"}

        {"meter": "M3", "kwh": null}
        """);
    drop.put("readings/b.jsonl.gz", DropFolder.gzip("{\"meter\": \"M4\", \"kwh\": 4}"));
    drop.put(
        "tariffs/2026/t.csv",
        "remark;code;rate;valid_from;approved\nNacht\u00fcbung;A-1;12.5;2026-07-01;yes\n"
            .getBytes(java.nio.charset.Charset.forName("windows-1252")));
    drop.put("readings/_half", "{\"meter\": \"M9\"");

    drop.takeIn();

    assertThat(drop.files())
        .containsExactly(
            "readings/a.jsonl done", "readings/b.jsonl.gz done", "tariffs/2026/t.csv done");
    assertThat(drop.quarantined()).isEmpty();
    assertThat(drop.rows("reading"))
        .extracting(row -> row.getField("meter") + " " + row.getField("kwh"))
        .containsExactlyInAnyOrder("M1 1.500", "M2 2.250", "M3 null", "M4 4.000");
    Record first = first(drop, "reading", "M1");
    assertThat(first.getField("_extra"))
        .isEqualTo("{\"firmware\":\"v2\",\"tags\":{\"a\":[1,0.10000000000000000001]}}");
    assertThat(first.getField("_source_file")).isEqualTo("readings/a.jsonl");
    assertThat(first.getField("_op")).isEqualTo("c");
    assertThat(first.getField("_seq")).isEqualTo(1L);
    Record tariff = drop.rows("tariff").get(0);
    assertThat(tariff.getField("remark")).isEqualTo("Nacht\u00fcbung");
    assertThat(tariff.getField("rate")).isEqualTo(new BigDecimal("12.5000"));
    assertThat(tariff.getField("_extra")).isEqualTo("{\"approved\":\"yes\"}");

    // without anything of Flink's, and with a new file: what was taken in is not taken again
    drop.put("readings/c.jsonl", "{\"meter\": \"M5\"}\n");
    assertThat(drop.takeIn().output()).contains("goes on at the catalog's position");
    assertThat(drop.rows("reading")).hasSize(5);
    assertThat(drop.state().orElseThrow().epoch()).isEqualTo(1);

    // all of it anew, under another epoch
    drop.takeIn("--reload=formats");
    assertThat(drop.state().orElseThrow().epoch()).isEqualTo(2);
    assertThat(drop.rows("reading")).filteredOn(row -> row.getField("_epoch").equals(2)).hasSize(5);
    assertThat(drop.markers(FilesLog.TABLE))
        .as("loads, by which what was before is void")
        .hasSize(2);
  }

  @Test
  void hidesColumnsAlsoOfRowsThatItCannotTake() {
    DropFolder drop =
        new DropFolder(
            lake,
            "masked",
            """
            - name: visitor
              path: '*'
              format: json-lines
              key: [cnic]
              columns:
                - {name: cnic, pattern: '[0-9]{13}'}
                - {name: name}
                - {name: born, type: date}
                - {name: visits, type: int, max: 9}
            """,
            """
            masks:
              - {table: visitor, column: cnic, method: token}
              - {table: visitor, column: name, method: redact}
              - {table: public.visitor, column: born, method: redact}
            """);
    drop.put(
        "a.jsonl",
        """
        {"cnic": "4210112345671", "name": "Asma", "born": "1990-01-01", "visits": 1}
        {"cnic": "4210112345672", "name": "Asma", "born": "1990-01-01", "visits": 10}
        {"cnic": "4210112345671", "name": "Asma", "born": "soon", "visits": 1}
        """);

    drop.takeIn();

    Record row = drop.rows("visitor").get(0);
    assertThat(drop.rows("visitor")).hasSize(1);
    assertThat((String) row.getField("cnic")).matches("[0-9a-f]{64}");
    assertThat(row.getField("name")).isNull();
    assertThat(row.getField("born")).isNull();
    assertThat(row.getField("visits")).isEqualTo(1);
    assertThat(drop.reasons()).containsExactly("range a.jsonl:2", "type a.jsonl:3");
    assertThat(drop.quarantined())
        .allSatisfy(
            rejected -> {
              assertThat(rejected.getField("row_text")).isNull();
              assertThat(rejected.toString()).doesNotContain("Asma").doesNotContain("421011234567");
            });
  }

  @Test
  void keepsWhatItCannotTakeWithItsPlaceAndReason() throws Exception {
    DropFolder drop = new DropFolder(lake, "bad", ALL_FORMATS, "");
    drop.put(
        "readings/a.jsonl",
        """
        {"meter": "M1", "kwh": 1}
        {"meter": "M2", "kwh": 1.2345}
        {"meter": "M3", "kwh": "much"}
        {"meter": "M4", "kwh": 1000.001}
        {"meter": "X5", "kwh": 1}
        {"kwh": 1}
        {"meter": "M7", "kwh": 1
        ["M8", 1]
        {"meter": "M9", "deep": %s}
        {"meter": "M10", "meter": "M11"}
        {"meter": "M12"}
        """
            .formatted("[".repeat(5_000) + "]".repeat(5_000)));
    drop.put("readings/encoding.jsonl", new byte[] {'{', '"', 'm', (byte) 0xE4, '"', '}', '\n'});
    byte[] whole = DropFolder.gzip("{\"meter\": \"M20\"}\n".repeat(20_000));
    drop.put("readings/cut.jsonl.gz", Arrays.copyOf(whole, whole.length / 2));
    drop.put("readings/plain.jsonl.gz", "{\"meter\": \"M30\"}\n");
    drop.put("tariffs/missing.csv", "code;rate\nA;1\n");
    drop.put("tariffs/moved.csv", "valid_from;rate;code\n2026-07-01;1;A\n2026-07-01;1\n");
    drop.put("tariffs/type.csv", "code;valid_from;rate\nA;01.07.2026;1\n;2026-07-01;1\n");
    drop.put("tariffs/quote.csv", "code;valid_from;rate\n\"A;2026-07-01;1\nB;2026-07-01;2\n");

    drop.takeIn();

    assertThat(drop.reasons())
        .contains(
            "encoding readings/encoding.jsonl:1",
            "file readings/cut.jsonl.gz:" + (taken(drop, "M20") + 1),
            "file-damaged readings/plain.jsonl.gz:1",
            "file-refused tariffs/missing.csv:1",
            "pattern readings/a.jsonl:5",
            "range readings/a.jsonl:4",
            "required readings/a.jsonl:6",
            "required tariffs/type.csv:2",
            "size readings/a.jsonl:9",
            "syntax readings/a.jsonl:10",
            "syntax readings/a.jsonl:7",
            "syntax readings/a.jsonl:8",
            "syntax tariffs/moved.csv:2",
            "syntax tariffs/quote.csv:1",
            "type readings/a.jsonl:2",
            "type readings/a.jsonl:3",
            "type tariffs/type.csv:1")
        .filteredOn(reason -> reason.startsWith("file-damaged readings/cut.jsonl.gz"))
        .hasSize(1);
    assertThat(drop.reasons()).hasSize(18);
    assertThat(taken(drop, "M20")).as("what is whole in the cut archive").isBetween(1L, 19_999L);
    assertThat(drop.rows("reading")).extracting(row -> row.getField("meter")).contains("M1", "M12");
    assertThat(drop.rows("tariff"))
        .extracting(row -> row.getField("code") + " " + row.getField("_source_file"))
        .containsExactlyInAnyOrder("A tariffs/moved.csv", "B tariffs/quote.csv");
    assertThat(drop.quarantined())
        .allSatisfy(
            row -> assertThat((String) row.getField("message")).doesNotContain("much", "01.07"));
  }

  @Test
  void doesNotHoldALineOf200MegabytesInMemory() throws Exception {
    DropFolder drop = new DropFolder(lake, "long", DropFolder.READINGS, "");
    Path hidden = drop.put("readings/.long", "{\"meter\": \"M1\"}\n");
    try (OutputStream out =
        new BufferedOutputStream(
            Files.newOutputStream(hidden, java.nio.file.StandardOpenOption.APPEND), 1 << 16)) {
      out.write("{\"meter\": \"".getBytes(StandardCharsets.UTF_8));
      byte[] chunk = "M".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 200; i++) {
        out.write(chunk);
      }
      out.write("\"}\n{\"meter\": \"M3\"}\n".getBytes(StandardCharsets.UTF_8));
    }
    Files.move(hidden, hidden.resolveSibling("long.jsonl"));

    try (ProgramProcess ingest = startSmall(drop)) {
      assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    }

    assertThat(drop.rows("reading"))
        .extracting(row -> row.getField("meter"))
        .containsExactlyInAnyOrder("M1", "M3");
    assertThat(drop.reasons()).containsExactly("size readings/long.jsonl:2");
    assertThat((String) drop.quarantined().get(0).getField("message")).contains("209,715,");
  }

  /** With a heap that could not hold the line. */
  private static ProgramProcess startSmall(DropFolder drop) {
    return ProgramProcess.start(
        "cdc-ingest",
        "lakehouse.ingest.CdcIngestJob",
        drop.config().resolveSibling("small.log"),
        List.of("-Xmx192m"),
        List.of("--config", drop.config().toString(), "--until-current"));
  }

  @Test
  void tellsOfFilesWrittenAgainAndOfFilesDeleted() throws Exception {
    DropFolder drop = new DropFolder(lake, "again", DropFolder.READINGS, "");
    drop.put("readings/a.jsonl", "{\"meter\": \"M1\"}\n");
    try (ProgramProcess ingest = drop.start()) {
      awaitFiles(drop, "readings/a.jsonl done");
      drop.put("readings/a.jsonl", "{\"meter\": \"M1\"}\n{\"meter\": \"M2\"}\n");
      awaitFiles(drop, "readings/a.jsonl done", "readings/a.jsonl rewritten");
      assertThat(ingest.kill()).isEqualTo(137);
    }
    drop.takeIn();
    assertThat(drop.files()).as("told once").hasSize(2);
    assertThat(drop.reasons()).containsExactly("file-rewritten readings/a.jsonl:1");
    assertThat(drop.rows("reading")).hasSize(1);

    // some of a file is taken in, and then it is gone
    Path large = drop.put("readings/large.jsonl", "{\"meter\": \"M1\"}\n".repeat(3_000_000));
    try (ProgramProcess ingest = drop.start("--checkpoint-interval=PT0.1S")) {
      await()
          .atMost(Duration.ofMinutes(2))
          .until(
              () ->
                  drop.rows(FilesLog.TABLE).stream()
                      .anyMatch(row -> row.getField("path").equals("readings/large.jsonl")));
      assertThat(ingest.kill()).isEqualTo(137);
    }
    assertThat(drop.files()).as("the kill came before its end").hasSize(2);
    Files.delete(large);
    drop.put("readings/z.jsonl", "{\"meter\": \"M7\"}\n");
    drop.takeIn();
    long held = drop.rows("reading").size() - 2;
    assertThat(drop.files()).contains("readings/large.jsonl deleted", "readings/z.jsonl done");
    assertThat(drop.reasons()).contains("file-deleted readings/large.jsonl:" + (held + 1));
  }

  @Test
  void stopsWhereThePolicySaysSo() {
    DropFolder drop =
        new DropFolder(
            lake, "strict", DropFolder.READINGS, "rejected: {policy: stop, threshold: 1}");
    drop.put("readings/a.jsonl", "{\"meter\": \"M1\"}\nno\n{\"meter\": \"M2\"}\n");
    drop.takeIn();
    assertThat(drop.reasons()).containsExactly("syntax readings/a.jsonl:2");

    drop.put("readings/b.jsonl", "{\"meter\": \"M3\"}\nno\nnor this\n{\"meter\": \"M4\"}\n");
    try (ProgramProcess ingest = drop.start("--until-current")) {
      assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(4);
      assertThat(ingest.output())
          .contains("more than 1 of file readings/b.jsonl are")
          .contains("record 3: the line is no complete JSON object")
          .doesNotContain("nor this");
    }
  }

  @Test
  void takesInParquet() throws Exception {
    DropFolder drop =
        new DropFolder(lake, "parquet", DropFolder.READINGS.replace("json-lines", "parquet"), "");
    Schema schema =
        new Schema(
            Types.NestedField.optional(1, "kwh", Types.DoubleType.get()),
            Types.NestedField.optional(2, "meter", Types.StringType.get()),
            Types.NestedField.optional(
                3, "codes", Types.ListType.ofOptional(4, Types.IntegerType.get())));
    Path hidden = drop.put("readings/.a", "");
    Files.delete(hidden);
    try (FileAppender<Record> out =
        Parquet.write(org.apache.iceberg.Files.localOutput(hidden.toFile()))
            .schema(schema)
            .createWriterFunc(GenericParquetWriter::buildWriter)
            .build()) {
      GenericRecord row = GenericRecord.create(schema);
      out.add(row.copy(Map.of("kwh", 1.25, "meter", "M1", "codes", List.of(1, 2))));
      out.add(row.copy(Map.of("kwh", 2000.0, "meter", "M2")));
      out.add(row.copy(Map.of("kwh", 0.0)));
    }
    byte[] whole = Files.readAllBytes(hidden);
    Files.move(hidden, hidden.resolveSibling("a.parquet"));
    drop.put("readings/cut.parquet", Arrays.copyOf(whole, whole.length - 20));

    drop.takeIn();

    Record row = first(drop, "reading", "M1");
    assertThat(row.getField("kwh")).isEqualTo(new BigDecimal("1.250"));
    assertThat(row.getField("_extra")).isEqualTo("{\"codes\":[1,2]}");
    assertThat(drop.rows("reading")).hasSize(1);
    assertThat(drop.reasons())
        .containsExactly(
            "file-damaged readings/cut.parquet:1",
            "range readings/a.parquet:2",
            "required readings/a.parquet:3");
  }

  @Test
  void doctorTellsOfAFolderThatIsNotThere() throws Exception {
    DropFolder drop = new DropFolder(lake, "nowhere", DropFolder.READINGS, "");
    Files.delete(lake.folder().resolve("drop nowhere"));
    try (ProgramProcess doctor = IngestProcess.doctor(drop.config())) {
      assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(3);
      assertThat(doctor.output()).contains("cannot be listed").contains("make the folder");
    }
  }

  private static void awaitFiles(DropFolder drop, String... files) {
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() -> assertThat(drop.files()).containsExactly(files));
  }

  private static long taken(DropFolder drop, String meter) {
    return drop.rows("reading").stream().filter(row -> row.getField("meter").equals(meter)).count();
  }

  private static Record first(DropFolder drop, String table, String meter) {
    return drop.rows(table).stream()
        .filter(row -> row.getField("meter").equals(meter))
        .findFirst()
        .orElseThrow();
  }
}
