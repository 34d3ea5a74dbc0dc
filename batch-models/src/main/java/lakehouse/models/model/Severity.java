package lakehouse.models.model;

import java.util.Locale;

/** What a failed audit means. */
public enum Severity {
  /** Nothing is published. */
  ERROR,
  /** It is said, and the run goes on. */
  WARN;

  /** As written in a model file. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
