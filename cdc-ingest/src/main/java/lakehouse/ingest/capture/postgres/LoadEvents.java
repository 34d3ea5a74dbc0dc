package lakehouse.ingest.capture.postgres;

import lakehouse.ingest.capture.postgres.PostgresSplit.Done;
import org.apache.flink.api.connector.source.SourceEvent;

/** What the readers of a capture and its enumerator tell each other. */
final class LoadEvents {
  private LoadEvents() {}

  /**
   * A reader has started.
   *
   * @param incarnation tells it from its predecessors of the same number
   * @param done what it was restored with
   */
  record Hello(long incarnation, Done done) implements SourceEvent {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The consistent point of the load that goes on: what was restored of another one is void.
   *
   * @param point the point
   */
  record LoadGoesOn(long point) implements SourceEvent {
    private static final long serialVersionUID = 1L;
  }

  /** A reader has handed a range out. */
  record RangeDone(long incarnation, String splitId) implements SourceEvent {
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
