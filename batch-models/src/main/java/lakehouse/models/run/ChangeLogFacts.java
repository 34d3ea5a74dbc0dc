package lakehouse.models.run;

import java.util.Optional;
import java.util.Set;

/**
 * What has to be known of a piece of a change log before it is applied.
 *
 * @param marker the last load or truncate marker in it: all before that position is void
 * @param unchanged the columns whose value the log left out in any row
 * @param carriedAcrossKeys whether a change of key left out values, which are the former key's then
 * @param rows how many changes it holds
 */
record ChangeLogFacts(
    Optional<Position> marker, Set<String> unchanged, boolean carriedAcrossKeys, long rows) {
  ChangeLogFacts {
    unchanged = Set.copyOf(unchanged);
  }

  /** A place in the order of all changes of a table. */
  record Position(int epoch, long commitLsn, long seq) {}
}
