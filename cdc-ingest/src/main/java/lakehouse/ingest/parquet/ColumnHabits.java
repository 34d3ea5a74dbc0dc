package lakehouse.ingest.parquet;

import java.util.HashSet;
import java.util.Set;

/**
 * What the columns of a table have shown in the files written so far: those whose values seldom
 * come again get no dictionary in the next one. Not for use by many threads.
 */
public final class ColumnHabits {
  private static final int ENOUGH_TO_TELL = 4_096;

  private final Set<Integer> withoutDictionary = new HashSet<>();

  boolean repeats(int column) {
    return !withoutDictionary.contains(column);
  }

  /** Whether a column repeats, that had so many values and so many distinct ones. */
  boolean repeats(int column, long values, int distinct) {
    if (values >= ENOUGH_TO_TELL && 2L * distinct > values) {
      withoutDictionary.add(column);
    }
    return repeats(column);
  }
}
