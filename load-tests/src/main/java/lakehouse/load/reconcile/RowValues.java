package lakehouse.load.reconcile;

import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The canonical texts of one row's columns, in the plan's order. They are a source's values: never
 * logged, and shown only to who asked for them.
 */
record RowValues(RowDigest row, @Nullable String[] texts) implements Serializable {
  @Override
  public boolean equals(Object other) {
    return other instanceof RowValues values
        && row.equals(values.row)
        && Arrays.equals(texts, values.texts);
  }

  @Override
  public int hashCode() {
    return 31 * row.hashCode() + Arrays.hashCode(texts);
  }

  @Override
  public String toString() {
    return "RowValues of " + row;
  }
}
