package lakehouse.load.reconcile;

import java.util.stream.Collectors;
import lakehouse.catalog.config.CaptureEngineName;

/**
 * Which changes of a change log a point of the source holds, as a condition in Spark's SQL.
 *
 * @param condition true for the changes that were committed before the point
 * @param lsn the point's position, by which whole files are judged; 0 if positions do not tell
 */
record BronzeCut(String condition, int epoch, long lsn) {
  /**
   * The cut at a point.
   *
   * @param epoch the epoch that the point's position counts in
   */
  static BronzeCut at(SourcePoint point, int epoch, CaptureEngineName engine) {
    return switch (engine) {
      case NATIVE ->
          new BronzeCut(
              "(_epoch < %1$d OR (_epoch = %1$d AND _commit_lsn < %2$d))"
                  .formatted(epoch, point.lsn()),
              epoch,
              point.lsn());
      // its positions are those of the commit before: the transaction's number tells exactly
      case FLINK_CDC ->
          new BronzeCut(
              "(_epoch < %d OR (_epoch = %d AND %s))".formatted(epoch, epoch, visible(point)),
              epoch,
              0);
    };
  }

  // numbers of transactions have 32 bits in the log: how far below xmax, around the circle
  private static String visible(SourcePoint point) {
    String below = "((%d - _tx_id) & 4294967295L)".formatted(point.xmax());
    String running =
        point.running().isEmpty()
            ? "TRUE"
            : "%d - %s NOT IN (%s)"
                .formatted(
                    point.xmax(),
                    below,
                    point.running().stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(", ")));
    return "coalesce(_op IN ('l', 'r') OR (%1$s > 0 AND %1$s < 2147483648L AND %2$s), FALSE)"
        .formatted(below, running);
  }
}
