package lakehouse.models.run;

import java.util.Map;

/** What is written into the properties of the tables that models make. */
public final class ModelTables {
  /** The definition that the table was made by. */
  public static final String DIGEST_PROPERTY = "lakehouse.model-digest";

  /** The digest of the rules by which the table was checked when it was last written. */
  public static final String RULES_PROPERTY = "lakehouse.rules-digest";

  /**
   * Of a table of current state: whether values of it are kept as text in {@code _unrepresentable}.
   * If not, nobody needs to read that.
   */
  static final String TEXTS_PROPERTY = "lakehouse.unrepresentable";

  static final String NO_TEXTS = "none";
  static final String MAYBE_TEXTS = "maybe";

  /** For tables into which changes are merged: a change writes rows, not the files around them. */
  static final Map<String, String> MERGED =
      Map.of(
          "write.merge.mode", "merge-on-read",
          "write.delete.mode", "merge-on-read",
          "write.update.mode", "merge-on-read",
          "write.merge.distribution-mode", "none");

  private ModelTables() {}
}
