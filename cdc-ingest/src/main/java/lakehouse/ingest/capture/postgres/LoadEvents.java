package lakehouse.ingest.capture.postgres;

import java.util.List;
import java.util.Set;
import lakehouse.ingest.capture.postgres.PostgresSplit.Done;
import org.apache.flink.api.connector.source.SourceEvent;
import org.jspecify.annotations.Nullable;

/** What the readers of a capture and its enumerator tell each other. */
final class LoadEvents {
  private LoadEvents() {}

  /**
   * A reader has started.
   *
   * @param incarnation tells it from its predecessors of the same number
   * @param done what it was restored with
   * @param loaded the tables whose load is whole; null unless it was restored with the stream
   */
  record Hello(long incarnation, Done done, @Nullable Set<String> loaded) implements SourceEvent {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Tables are going to be loaded while the stream goes on: from the moment at which its reader
   * answers, it keeps all of their changes.
   *
   * @param attempt comes back with the answer
   * @param tables as they are now
   */
  record LoadAnnounced(long attempt, List<SourceTable> tables) implements SourceEvent {
    private static final long serialVersionUID = 1L;

    LoadAnnounced {
      tables = List.copyOf(tables);
    }
  }

  /** The stream's reader keeps the changes of the tables that were announced. */
  record ChangesKept(long attempt) implements SourceEvent {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The snapshot of an announced load is taken: of its tables the stream leaves out what was
   * committed before the point.
   *
   * @param point the load's consistent point
   * @param tables as they are in the snapshot
   */
  record LoadPlanned(long point, List<SourceTable> tables) implements SourceEvent {
    private static final long serialVersionUID = 1L;

    LoadPlanned {
      tables = List.copyOf(tables);
    }
  }

  /** A checkpoint holds the whole load of that point. */
  record LoadWhole(long point) implements SourceEvent {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Tables have to be loaded anew; nothing of them is kept until their load is announced.
   *
   * @param tables their names, {@code schema.table}
   */
  record TablesVoid(Set<String> tables) implements SourceEvent {
    private static final long serialVersionUID = 1L;

    TablesVoid {
      tables = Set.copyOf(tables);
    }
  }

  /**
   * The consistent point of the load that goes on: what is left of another one is void.
   *
   * @param point the point
   */
  record LoadGoesOn(long point) implements SourceEvent {
    private static final long serialVersionUID = 1L;
  }

  /**
   * A reader has handed a range out.
   *
   * @param rows how many it had
   */
  record RangeDone(long incarnation, String splitId, long rows) implements SourceEvent {
    private static final long serialVersionUID = 1L;
  }

  /**
   * A range can't be read as it was planned, so the load has to begin again with a new snapshot.
   *
   * @param cause why
   */
  record RangeStale(String cause) implements SourceEvent {
    private static final long serialVersionUID = 1L;
  }
}
