package lakehouse.ingest.bronze;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import lakehouse.ingest.bronze.CheckpointWrites.Reached;

/** What the committer goes on with after a restart. */
final class CommitterState implements Serializable {
  private static final long serialVersionUID = 2L;

  final String run;
  final int epoch;

  /** Position of the newest committable made, committed or not. */
  long position;

  /** How far the source is held with it. */
  Reached made = Reached.NOTHING;

  /**
   * What was written and is not to be seen yet, since a table's load becomes visible as a whole;
   * and how far the engine has come.
   */
  CheckpointWrites held = CheckpointWrites.NOTHING;

  /** Committables whose commit is not known to be done, oldest first. */
  final List<Committable> pending = new ArrayList<>();

  CommitterState(String run, int epoch) {
    this.run = run;
    this.epoch = epoch;
  }

  /**
   * All that one checkpoint adds to the lake.
   *
   * @param checkpointId Flink's checkpoint, which must be complete before this is committed
   * @param from the position it follows on
   * @param to its own position
   * @param writes what it adds, and how far the source is held with it
   */
  record Committable(long checkpointId, long from, long to, CheckpointWrites writes)
      implements Serializable {}
}
