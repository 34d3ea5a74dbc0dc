package lakehouse.ingest.capture.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.fixture.CaptureHarness;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.DiscardingSink;
import org.apache.iceberg.SnapshotSummary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * How fast files are taken in, against Flink's file source reading the same files into nothing, in
 * the same run. Rows by {@code -Dlakehouse.files.rows}; the figures are printed.
 */
class ITFilesSpeed {
  private static final int ROWS = Integer.getInteger("lakehouse.files.rows", 20_000);
  private static final int FILES = 10;
  private static final String COLUMNS =
      """
        key: []
        columns:
          - {name: meter, required: true, pattern: 'M[0-9]+'}
          - {name: register, type: int}
          - {name: read_at, type: timestamptz, required: true}
          - {name: kwh, type: 'decimal(12,3)', min: 0}
          - {name: quality}
      """;

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  @Test
  void takesInJsonLinesAndCsv() throws Exception {
    for (String format : new String[] {"json-lines", "csv"}) {
      String name = format.replace("-", "_");
      DropFolder drop =
          new DropFolder(
              lake, name, "- name: reading\n  path: '*'\n  format: " + format + "\n" + COLUMNS, "");
      Path folder = lake.folder().resolve("drop " + name);
      for (int i = 0; i < FILES; i++) {
        write(folder.resolve("%02d".formatted(i)), format.equals("csv"), i);
      }
      double floor = seconds(() -> readIntoNothing(folder));
      double whole = seconds(() -> takeIn(drop));
      assertThat(rows(name)).isEqualTo(ROWS + 1L); // and the mark of the load
      assertThat(drop.quarantined()).isEmpty();
      System.out.printf(
          "%s: %,d rows; into nothing %.1f s, %,.0f rows/s; into the lake, with the start of its"
              + " process, %.1f s, %,.0f rows/s: %.2f%n",
          format, ROWS, floor, ROWS / floor, whole, ROWS / whole, floor / whole);
    }
  }

  private static void write(Path file, boolean csv, int number) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      if (csv) {
        out.write("meter,register,read_at,kwh,quality\n");
      }
      String form =
          csv
              ? "M%d,%d,2026-07-%02dT%02d:30:00Z,%d.%03d,measured%n"
              : "{\"meter\": \"M%d\", \"register\": %d, \"read_at\": \"2026-07-%02dT%02d:30:00Z\","
                  + " \"kwh\": %d.%03d, \"quality\": \"measured\"}%n";
      for (int i = 0; i < ROWS / FILES; i++) {
        int row = number * (ROWS / FILES) + i;
        out.write(
            form.formatted(row % 5_000, row % 4, 1 + row % 28, row % 24, row % 90, row % 1_000));
      }
    }
  }

  private static void readIntoNothing(Path folder) throws Exception {
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1);
    environment.getConfig().enableObjectReuse();
    FileSource<String> source =
        FileSource.forRecordStreamFormat(
                new TextLineInputFormat(), new org.apache.flink.core.fs.Path(folder.toUri()))
            .build();
    environment
        .fromSource(source, WatermarkStrategy.noWatermarks(), "files")
        .addSink(new DiscardingSink<>());
    environment.execute();
  }

  private static void takeIn(DropFolder drop) {
    try (ProgramProcess ingest =
        ProgramProcess.start(
            "cdc-ingest",
            "lakehouse.ingest.CdcIngestJob",
            drop.config().resolveSibling("speed.log"),
            java.util.List.of("-XX:TieredStopAtLevel=4"),
            java.util.List.of("--config", drop.config().toString(), "--until-current"))) {
      assertThat(ingest.endsWithin(Duration.ofMinutes(20))).isTrue();
      assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    }
  }

  private static long rows(String source) {
    return Long.parseLong(
        lake.catalog()
            .iceberg()
            .loadTable(Layer.BRONZE.table(source, "public", "reading"))
            .currentSnapshot()
            .summary()
            .get(SnapshotSummary.TOTAL_RECORDS_PROP));
  }

  private interface Action {
    void run() throws Exception;
  }

  private static double seconds(Action action) throws Exception {
    long begin = System.nanoTime();
    action.run();
    return (System.nanoTime() - begin) / 1e9;
  }
}
