package lakehouse.models.run;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What has to be known of a piece of a change log before it is applied.
 *
 * @param marker the last load or truncate marker in it: all before that position is void
 * @param unchanged the columns whose value the log left out in any row
 * @param carriedAcrossKeys whether a change of key left out values, which are the former key's then
 * @param rows how many rows it holds
 * @param changes how many of them are no rows of a load
 * @param replayed whether rows are among them that come before others which were applied earlier
 * @param days the days in the {@link ChangeLog#timeColumn} of those, if the log has such a column
 */
record ChangeLogFacts(
    Optional<Position> marker,
    Set<String> unchanged,
    boolean carriedAcrossKeys,
    long rows,
    long changes,
    boolean replayed,
    List<LocalDate> days) {
  ChangeLogFacts {
    unchanged = Set.copyOf(unchanged);
    days = List.copyOf(days);
  }

  /** Of a piece that holds rows of a load, if any. */
  static ChangeLogFacts ofLoad(long rows) {
    return new ChangeLogFacts(Optional.empty(), Set.of(), false, rows, 0, false, List.of());
  }

  /** Whether there is more in the piece than changes: rows of a load, or a marker. */
  boolean holdsLoaded() {
    return changes < rows;
  }

  /** Whether the state cannot be brought up to date by the piece alone, but by the whole log. */
  boolean needWholeLog() {
    return replayed || marker.isPresent();
  }

  /** A place in the order of all changes of a table. */
  record Position(int epoch, long commitLsn, long seq) {}
}
