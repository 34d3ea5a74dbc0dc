package lakehouse.catalog.config;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;

/** Whether a text can bound the values of a type. */
public final class ColumnBound {
  private ColumnBound() {}

  /** Whether it can; the type is one of {@link ColumnConfig#TYPE}. */
  public static boolean fits(String type, String text) {
    try {
      switch (type) {
        case "string", "boolean" -> {
          return false;
        }
        case "date" -> LocalDate.parse(text);
        case "timestamp" -> LocalDateTime.parse(text);
        case "timestamptz" -> OffsetDateTime.parse(text);
        default -> new BigDecimal(text);
      }
      return true;
    } catch (DateTimeException | NumberFormatException e) {
      return false;
    }
  }
}
