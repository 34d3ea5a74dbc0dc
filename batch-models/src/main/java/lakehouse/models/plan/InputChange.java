package lakehouse.models.plan;

/** What is new in an input since a model last read it. */
public sealed interface InputChange {
  /** The model has never read it. */
  record Never() implements InputChange {}

  /** Nothing is new. */
  record Nothing() implements InputChange {}

  /**
   * Single rows changed.
   *
   * @param rows how many changes there are, or may be at most; {@link #UNKNOWN} before they are
   *     computed
   */
  record Rows(long rows) implements InputChange {
    /** Not known before they are computed. */
    public static final long UNKNOWN = -1;

    /** Both changes together. */
    public Rows plus(Rows other) {
      return rows == UNKNOWN || other.rows == UNKNOWN
          ? new Rows(UNKNOWN)
          : new Rows(rows + other.rows);
    }
  }

  /**
   * The input was written whole: which rows differ is not known.
   *
   * @param why how that came
   */
  record Whole(String why) implements InputChange {}
}
