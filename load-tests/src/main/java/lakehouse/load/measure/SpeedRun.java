package lakehouse.load.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.platform.PlatformFile;
import lakehouse.load.measure.CopyFloor.Reading;
import lakehouse.load.measure.Figure.Stage;
import lakehouse.load.measure.Figure.Step;

/** One run of the measurement, on a platform of its own. */
final class SpeedRun {
  /** Floors vary most, being short. */
  private static final int FLOOR_ROUNDS = 2;

  private static final String FLOOR_SLOT = "floor";

  private final Request request;
  private final MeasuredLake lake;
  private final List<Figure> figures = new ArrayList<>();

  /**
   * What is measured.
   *
   * @param rows of a narrow table
   * @param changes of a narrow table
   * @param recordings the folder for flight recordings
   */
  record Request(
      long rows,
      long changes,
      List<CaptureEngineName> engines,
      List<SpeedTable> tables,
      Duration checkpointInterval,
      Optional<Path> recordings) {}

  SpeedRun(Request request, MeasuredLake lake) {
    this.request = request;
    this.lake = lake;
  }

  SpeedReport run() throws Exception {
    Instant startedAt = Instant.now();
    PlatformFile platform = lake.start();
    for (SpeedTable table : request.tables()) {
      measure(new SpeedDatabase(platform, lake.data(), table));
    }
    return new SpeedReport(startedAt, Runtime.getRuntime().availableProcessors(), figures);
  }

  /** A source alone in its file: those of one file share the ingest's memory. */
  private Path configure(SpeedTable table, CaptureEngineName engine) throws IOException {
    return lake.configure(
        MeasuredIngest.source(table, engine),
        SpeedCommand.label(engine),
        table.table(),
        SpeedDatabase.PUBLICATION);
  }

  private void measure(SpeedDatabase database) throws Exception {
    SpeedTable table = database.table();
    long rows = table.share(request.rows());
    say("%s: makes %,d rows", table, rows);
    database.create(rows);

    // table ---> nothing, table ---> Iceberg
    MachineLoad load = new MachineLoad(lake.data(), database.platform().pid());
    CopyFloor floor = new CopyFloor(database.database(), table.table(), load);
    for (int i = 0; i < FLOOR_ROUNDS; i++) {
      add(figure(table, Stage.LOAD, Step.SERVER, floor.server()));
      add(figure(table, Stage.LOAD, Step.COPY, floor.client()));
    }
    for (CaptureEngineName engine : request.engines()) {
      add(ingest(database, engine).measure(Stage.LOAD, rows));
    }
    if (request.changes() > 0) {
      stream(database, rows, load);
    }
  }

  private void stream(SpeedDatabase database, long rows, MachineLoad load)
      throws SQLException, IOException, InterruptedException {
    SpeedTable table = database.table();
    long transactions = table.share(request.changes()) / SpeedTable.CHANGES;
    long changes = transactions * SpeedTable.CHANGES;
    database.database().createSlot(FLOOR_SLOT);
    say("%s: makes %,d changes", table, changes);
    String until = database.change(rows, transactions);

    // log ---> nothing, log ---> Iceberg
    StreamFloor floor =
        new StreamFloor(database.database(), SpeedDatabase.PUBLICATION, FLOOR_SLOT, load);
    Optional<Path> program = StreamFloor.program();
    if (program.isEmpty()) {
      say("There is no pg_recvlogical here: our own plain reader is the stream's floor.");
    }
    for (int i = 0; i < FLOOR_ROUNDS; i++) {
      if (program.isPresent()) {
        add(
            figure(
                table, Stage.STREAM, Step.RECEIVE, floor.program(program.get(), changes, until)));
      }
      add(figure(table, Stage.STREAM, Step.READER, floor.reader(changes, transactions)));
    }
    database.database().dropSlot(FLOOR_SLOT);
    for (CaptureEngineName engine : request.engines()) {
      add(ingest(database, engine).measure(Stage.STREAM, changes));
    }
  }

  private MeasuredIngest ingest(SpeedDatabase database, CaptureEngineName engine)
      throws IOException {
    return new MeasuredIngest(
        lake.programs(),
        lake.data(),
        configure(database.table(), engine),
        database,
        engine,
        request.checkpointInterval(),
        request.recordings().map(Path::toAbsolutePath).orElse(null));
  }

  private static Figure figure(SpeedTable table, Stage stage, Step step, Reading floor) {
    return new Figure(table, stage, step, floor.rows(), floor.wall(), floor.others(), null);
  }

  private void add(Figure figure) {
    figures.add(figure);
    say(
        "%s: %s, %s: %.1f s, %,.0f rows/s%s",
        figure.table(),
        figure.stage().name().toLowerCase(Locale.ROOT),
        figure.step().label(),
        Figure.seconds(figure.wall()),
        figure.rowsPerSecond(),
        figure.rowsPerCpuSecond().isEmpty()
            ? ""
            : String.format(
                Locale.ROOT, ", %,.0f rows/CPU-s", figure.rowsPerCpuSecond().getAsDouble()));
  }

  private static void say(String format, Object... arguments) {
    System.err.printf(Locale.ROOT, format + "%n", arguments);
  }
}
