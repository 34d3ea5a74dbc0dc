package lakehouse.load.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import lakehouse.catalog.cli.Console;
import lakehouse.load.measure.Figure.Stage;
import lakehouse.load.measure.Figure.Step;
import lakehouse.load.measure.Figure.Usage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TestSpeedReport {
  private static final Usage USAGE =
      new Usage(
          Optional.of(Duration.ofSeconds(8)),
          Duration.ofSeconds(3),
          Optional.of(Duration.ofSeconds(5)),
          OptionalLong.of(900L << 20),
          OptionalLong.of(400L << 20),
          Duration.ofMillis(120));

  private final Figure nativeLoad = figure(Stage.LOAD, Step.NATIVE, 10, USAGE);
  private final Figure cdcLoad = figure(Stage.LOAD, Step.FLINK_CDC, 100, USAGE);
  private final Figure nativeStream = figure(Stage.STREAM, Step.NATIVE, 8, USAGE);

  @Test
  void comparesWithTheBestFloorOfTheSameTableAndStage() {
    SpeedReport report =
        report(
            cdcLoad,
            nativeLoad,
            figure(Stage.LOAD, Step.COPY, 5, null),
            figure(Stage.LOAD, Step.COPY, 4, null),
            figure(Stage.LOAD, Step.SERVER, 1, null),
            nativeStream,
            figure(Stage.STREAM, Step.READER, 6, null));

    assertThat(report.figures()).hasSize(6).endsWith(nativeStream);
    assertThat(report.ofFloor(nativeLoad).orElseThrow()).isCloseTo(0.4, within(1e-9));
    assertThat(report.ofFlinkCdc(nativeLoad).orElseThrow()).isCloseTo(10, within(1e-9));
    assertThat(report.ofFloor(nativeStream).orElseThrow()).isCloseTo(0.75, within(1e-9));
    assertThat(report.ofFlinkCdc(nativeStream)).isEmpty();
    assertThat(nativeLoad.rowsPerCpuSecond()).hasValue(125);
  }

  @Test
  void prefersPostgresOwnReaderAsTheStreamsFloor() {
    SpeedReport report =
        report(
            nativeStream,
            figure(Stage.STREAM, Step.READER, 6, null),
            figure(Stage.STREAM, Step.RECEIVE, 4, null));

    assertThat(report.ofFloor(nativeStream).orElseThrow()).isCloseTo(0.5, within(1e-9));
  }

  @Test
  void printsATableForPeople() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    report(nativeLoad, figure(Stage.LOAD, Step.COPY, 4, null))
        .print(new Console(new PrintStream(printed, true, StandardCharsets.UTF_8)));

    assertThat(printed.toString(StandardCharsets.UTF_8).lines().map(line -> line.split(" {2,}")))
        .contains(
            new String[] {
              "narrow",
              "load",
              "native into Iceberg",
              "1,000",
              "10.0",
              "100",
              "25%",
              "0.40",
              "-",
              "8.0",
              "125",
              "3.0",
              "400.0 MiB",
              "900.0 MiB"
            });
  }

  private static SpeedReport report(Figure... figures) {
    return new SpeedReport(Instant.EPOCH, 2, List.of(figures));
  }

  private static Figure figure(Stage stage, Step step, int seconds, @Nullable Usage usage) {
    return new Figure(
        SpeedTable.NARROW,
        stage,
        step,
        1000,
        Duration.ofSeconds(seconds),
        OptionalDouble.of(0.25),
        usage);
  }
}
