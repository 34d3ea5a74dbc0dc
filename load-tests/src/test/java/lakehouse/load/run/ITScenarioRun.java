package lakehouse.load.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.load.run.RunRecord.PhaseRecord;
import lakehouse.load.run.RunRecord.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run goes through its phases by the launcher, is broken off, goes on, and tells of itself. */
class ITScenarioRun {
  private static final long PATIENCE_MINUTES = 15;

  @TempDir private Path folder;

  @Test
  void goesOnWhereItWasAndReportsWhatItDid() throws Exception {
    Path scenario =
        Files.writeString(
            folder.resolve("tiny.yaml"),
            """
            description: A few rows of a few tables
            data: {kind: many_tables, rows: 3000, seed: 1, interval-months: 1, partitioned: false, tables: 3, columns: 24, text-bytes: 100, null-percent: 25}
            stream:
              changes-per-second: 200
              seconds: 3
              rows-per-transaction: 10
              insert-percent: 70
              update-percent: 20
              delete-percent: 10
              recent-percent: 50
              recent-days: 7
              hot-percent: 20
            floors: {peer-rows: 1000, flink-cdc: false}
            """);
    Path data = folder.resolve("run");
    String first =
        run(
            "run",
            scenario.toString(),
            "--data=" + data,
            "--keep",
            "--skip=models,queries,reconcile,peers,backlog");
    assertThat(first).contains("stream", "Changes could be read after p50");
    RunRecord before = RunFolder.read(data.resolve("run.json"));
    assertThat(before.phases())
        .extracting(PhaseRecord::phase)
        .containsExactly(Phase.SEED, Phase.FLOORS, Phase.LOAD, Phase.STREAM);
    assertThat(before.find(Phase.LOAD).orElseThrow().rows()).isEqualTo(3_000);

    String second = run("run", scenario.toString(), "--data=" + data, "--resume", "--skip=peers");
    assertThat(second).contains("source = lake for 3 of 3 tables");
    RunRecord after = RunFolder.read(data.resolve("run.json"));
    assertThat(after.phases().subList(0, 4)).isEqualTo(before.phases());
    assertThat(after.phases())
        .extracting(PhaseRecord::phase)
        .contains(Phase.BACKLOG, Phase.MODELS, Phase.QUERIES, Phase.RECONCILE);
    assertThat(after.find(Phase.BACKLOG).orElseThrow().rows()).isPositive();
    assertThat(after.find(Phase.MODELS).orElseThrow().cpuSeconds().get("models")).isPositive();
    assertThat(after.find(Phase.QUERIES).orElseThrow().steps())
        .extracting(Step::name, Step::rows)
        .containsExactly(tuple("sums over all rows", 1L), tuple("one row", 1L));
    assertThat(after.find(Phase.QUERIES).orElseThrow().steps())
        .allSatisfy(step -> assertThat(step.seconds()).isPositive());
    assertThat(after.phases()).allSatisfy(phase -> assertThat(phase.peakTogether()).isPositive());
    assertThat(Ratio.of(after))
        .extracting(Ratio::what)
        .contains("initial load", "stream, catching up");
    assertThat(data.resolve("lake")).doesNotExist();
    assertThat(data.resolve("report.html"))
        .content()
        .contains(
            "data:image/png;base64,",
            "tables equal to their source",
            "insertPercent",
            "All by one process")
        .doesNotContain("src=\"http", "href=\"http");

    String run = data.resolve("run.json").toString();
    assertThat(run("compare", run, run)).contains("rows/s", "1.00");
  }

  private String run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ProgramProcess.checkout().resolve("lake").toString());
    command.add("load-test");
    command.addAll(List.of(arguments));
    Path log = Files.createTempFile(folder, "run", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).as(() -> read(log)).isTrue();
    } finally {
      process.destroy();
    }
    assertThat(process.exitValue()).as(() -> read(log)).isZero();
    return read(log);
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
