package lakehouse.catalog.config;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/** A value that never shows: it prints as {@code ***}. Ask for it only where it is handed over. */
public final class Secret implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String value;

  public Secret(String value) {
    this.value = requireNonNull(value);
  }

  /** The clear value; never to be logged, printed or put into a message. */
  public String reveal() {
    return value;
  }

  @Override
  public String toString() {
    return "***";
  }
}
