package lakehouse.ingest.capture.flinkcdc;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEvent.Change;
import lakehouse.ingest.event.ChangeEvent.Progress;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.event.TableSchema;
import lakehouse.ingest.state.JavaStateSerializer;
import lakehouse.ingest.state.NonRecoverableException;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/**
 * Stamps each change with its place in the order: epoch, commit position, ordinal.
 *
 * <p>Loaded rows stand at commit position 0, numbered from 1 within their table, behind the one
 * mark of the load's begin at (0, 0). Changes stand at the last commit before their transaction,
 * which is what the connector knows of it, numbered in the order of arrival since that position
 * rose. Arrival follows the commit order, so (position, ordinal) rises with every change of the
 * source: no two are equal, and none is out of order. Both are kept in state, so a restart goes on
 * where its checkpoint ended.
 */
final class ChangeSequencer extends AbstractStreamOperator<ChangeEvent>
    implements OneInputStreamOperator<ChangeEvent, ChangeEvent> {
  private static final long serialVersionUID = 1L;

  private final int newEpoch;
  private final @Nullable StreamPosition goesOnAt;

  private transient State state;
  private transient ListState<State> stored;

  /**
   * @param newEpoch the epoch of a start without state
   * @param goesOnAt the place after which such a start goes on; null if it loads
   */
  ChangeSequencer(int newEpoch, @Nullable StreamPosition goesOnAt) {
    this.newEpoch = newEpoch;
    this.goesOnAt = goesOnAt;
    this.chainingStrategy = ChainingStrategy.ALWAYS;
  }

  /** What restarts go on with. */
  static final class State implements Serializable {
    private static final long serialVersionUID = 1L;

    int epoch;
    long commitLsn;
    long seq;

    /** Whether every table was loaded by an earlier run. */
    boolean loaded;

    Map<String, Load> loads = new HashMap<>();
  }

  /** The load of one table. */
  static final class Load implements Serializable {
    private static final long serialVersionUID = 1L;

    long startedAtMillis;
    long rows;
    List<String> key = List.of();

    TimestampData startedAt() {
      return TimestampData.fromEpochMillis(startedAtMillis);
    }
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    stored =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("order", new JavaStateSerializer<State>()));
    state = new State();
    state.epoch = newEpoch;
    if (goesOnAt != null) {
      state.commitLsn = goesOnAt.commitLsn();
      state.seq = goesOnAt.seq();
      state.loaded = true;
    }
    for (State restored : stored.get()) {
      state = restored;
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    stored.update(List.of(state));
  }

  @Override
  public void processElement(StreamRecord<ChangeEvent> element) {
    ChangeEvent event = element.getValue();
    if (event instanceof Progress progress) {
      rise(progress.lsn());
      output.collect(element.replace(placed(progress)));
    } else if (event instanceof Change change) {
      if (stamp(change)) {
        output.collect(element);
      }
    } else {
      output.collect(element);
    }
  }

  private Progress placed(Progress progress) {
    return progress.resume() == null
        ? progress
        : new Progress(
            progress.lsn(),
            progress.committedAtMicros(),
            progress.loaded(),
            StreamPosition.text(progress.resume(), state.commitLsn, state.seq));
  }

  /** Returns false for the mark of a load that has begun already. */
  private boolean stamp(Change change) {
    TableSchema schema = change.schema();
    Load load = state.loads.get(schema.qualifiedName());
    // the decoder of this engine makes no other rows
    GenericRowData row = (GenericRowData) change.row();
    row.setField(schema.epoch(), state.epoch);
    if (change.operation() == Operation.LOAD) {
      if (load != null) {
        return false;
      }
      load = new Load();
      load.startedAtMillis = ((TimestampData) row.getField(schema.capturedAt())).getMillisecond();
      load.key = schema.key();
      state.loads.put(schema.qualifiedName(), load);
      row.setField(schema.commitLsn(), 0L);
      row.setField(schema.seq(), 0L);
      row.setField(schema.committedAt(), load.startedAt());
      return true;
    }
    if (load == null && state.loaded) {
      load = new Load(); // whose key was compared with that of the bronze table at the start
      load.key = schema.key();
      state.loads.put(schema.qualifiedName(), load);
    }
    if (load == null) {
      throw new IllegalStateException("A change of " + schema.qualifiedName() + " before its load");
    }
    if (!load.key.equals(schema.key())) {
      throw keyChanged(schema, load.key);
    }
    if (change.operation() == Operation.ROW) {
      row.setField(schema.commitLsn(), 0L);
      row.setField(schema.seq(), ++load.rows);
      row.setField(schema.committedAt(), load.startedAt());
    } else {
      rise((Long) row.getField(schema.commitLsn()));
      row.setField(schema.commitLsn(), state.commitLsn);
      row.setField(schema.seq(), ++state.seq);
    }
    return true;
  }

  private void rise(long commitLsn) {
    if (commitLsn > state.commitLsn) {
      state.commitLsn = commitLsn;
      state.seq = 0;
    }
  }

  private static RuntimeException keyChanged(TableSchema schema, List<String> before) {
    return new NonRecoverableException(
        new LakeException(
            ExitCode.CONFLICT,
            """
            The key of table %s has changed from %s to %s while it was captured.
            Rows of one table cannot be told apart by two keys. Load the source anew with \
            `lake ingest --reload <source>`."""
                .formatted(schema.qualifiedName(), before, schema.key())));
  }
}
