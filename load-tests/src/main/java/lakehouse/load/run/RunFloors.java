package lakehouse.load.run;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import lakehouse.load.measure.CopyFloor;
import lakehouse.load.measure.CopyFloor.Reading;
import lakehouse.load.measure.MachineLoad;
import lakehouse.load.measure.PostgresDatabase;
import lakehouse.load.measure.StreamFloor;
import lakehouse.load.programs.LakePrograms.Running;
import lakehouse.load.run.RunRecord.Step;

/** What PostgreSQL takes to hand out what the lake takes in, when nobody does anything with it. */
final class RunFloors {
  static final String COPY_SERVER = "COPY to nothing in the server";
  static final String COPY_CLIENT = "COPY to a client that drops it";
  static final String RECEIVE = "pg_recvlogical to nothing";
  static final String READER = "plain reader by pgjdbc";
  static final String NATIVE_STREAM = "native, catching up";

  private static final String SLOT = "load_test_floor";
  private static final String PUBLICATION = "lake";

  private final RunLake lake;
  private final Workload workload;

  RunFloors(RunLake lake, Workload workload) {
    this.lake = lake;
    this.workload = workload;
  }

  /** Reads the table of the scenario; by the server first, so that the client finds it as warm. */
  void copy(PhaseOutcome outcome) throws Exception {
    CopyFloor floor =
        new CopyFloor(lake.database(workload.sources().get(0)), workload.table(), load());
    outcome.step(step(COPY_SERVER, floor.server()));
    Reading client = floor.client();
    outcome.step(step(COPY_CLIENT, client));
    outcome.rows(client.rows());
    outcome.seconds(client.wall().toNanos() / 1e9);
  }

  /** Keeps the log from here on, for a reader that is not the ingest. */
  void beforeBacklog(PostgresDatabase database) throws SQLException, InterruptedException {
    database.dropSlot(SLOT);
    database.createSlot(SLOT);
  }

  /** Reads the log up to a position. */
  void backlog(PostgresDatabase database, String until, long transactions, PhaseOutcome outcome)
      throws Exception {
    StreamFloor floor = new StreamFloor(database, PUBLICATION, SLOT, load());
    Optional<Path> program = StreamFloor.program();
    long changes = transactions * workload.transactionRows();
    outcome.step(
        program.isPresent()
            ? step(RECEIVE, floor.program(program.get(), changes, until))
            : step(READER, floor.reader(changes, transactions)));
    database.dropSlot(SLOT);
  }

  static Step step(String name, Reading reading) {
    return new Step(name, reading.wall().toNanos() / 1e9, reading.rows(), Optional.empty());
  }

  private MachineLoad load() {
    return new MachineLoad(
        lake.data(), lake.programs().alive().stream().map(Running::pid).toArray(Long[]::new));
  }
}
