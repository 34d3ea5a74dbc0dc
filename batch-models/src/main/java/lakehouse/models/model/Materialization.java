package lakehouse.models.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How the result of a model's SELECT becomes its table. */
public enum Materialization {
  /** Computed and replaced whole. */
  FULL,
  /** Computed from the rows that are new in its append-only input, and added. */
  APPEND,
  /** Rows are compared by key with the table, and only those that differ are merged. */
  MERGE_BY_KEY,
  /** The partitions that a change can reach are computed anew and replaced, the others kept. */
  TOUCHED_PARTITIONS,
  /** Every state that each key of a change log was in, from when and to when. */
  SCD2,
  /** The latest row of each key of a change log. Not for model files: every change log has one. */
  CURRENT_STATE;

  /** The kinds that a model file may name. */
  public static final List<Materialization> OF_FILES =
      List.of(FULL, APPEND, MERGE_BY_KEY, TOUCHED_PARTITIONS, SCD2);

  /** As written in a model file. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind that a model file names so, or empty. */
  public static Optional<Materialization> ofFile(String text) {
    return Arrays.stream(values())
        .filter(OF_FILES::contains)
        .filter(kind -> kind.text().equals(text))
        .findFirst();
  }

  /** Whether old and new rows of each change are kept beside the table. */
  public boolean keepsChanges() {
    return switch (this) {
      case FULL, APPEND -> false;
      case MERGE_BY_KEY, TOUCHED_PARTITIONS, SCD2, CURRENT_STATE -> true;
    };
  }
}
