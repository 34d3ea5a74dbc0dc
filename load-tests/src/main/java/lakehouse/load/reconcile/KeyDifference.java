package lakehouse.load.reconcile;

import java.util.List;
import java.util.stream.Collectors;

/** One key under which source and lake do not hold the same. */
sealed interface KeyDifference {
  /** The key as {@code column=value, …}; of a bag the beginning of the row's digest. */
  String key();

  /** What is wrong, in a word. */
  String kind();

  /** What is wrong, in a phrase without any value but the key's. */
  String description();

  /** The source has the row, the lake has not, or fewer of it. */
  record Missing(String key, long inSource, long inLake) implements KeyDifference {
    @Override
    public String kind() {
      return "missing";
    }

    @Override
    public String description() {
      return inSource == 1
          ? "missing in silver"
          : "missing in silver: %d rows in PostgreSQL, %d in silver".formatted(inSource, inLake);
    }
  }

  /** The lake has a row that the source has not. */
  record Extra(String key, long inLake) implements KeyDifference {
    @Override
    public String kind() {
      return "extra";
    }

    @Override
    public String description() {
      return "only in silver" + (inLake == 1 ? "" : ", %d times".formatted(inLake));
    }
  }

  /** The lake has the row more often than the source. */
  record Doubled(String key, long inSource, long inLake) implements KeyDifference {
    @Override
    public String kind() {
      return "doubled";
    }

    @Override
    public String description() {
      return "%d times in silver, %d in PostgreSQL".formatted(inLake, inSource);
    }
  }

  /** Both have the row, but not with the same values. */
  record Different(String key, List<ColumnDifference> columns) implements KeyDifference {
    @Override
    public String kind() {
      return "different";
    }

    @Override
    public String description() {
      return columns.stream()
          .map(ColumnDifference::column)
          .collect(Collectors.joining(", ", "different in ", ""));
    }
  }

  /** A column's two values, as a person would read them. */
  record ColumnDifference(String column, String inSource, String inLake) {
    /** Leaves the values out: they are the source's data. */
    @Override
    public String toString() {
      return column;
    }
  }
}
