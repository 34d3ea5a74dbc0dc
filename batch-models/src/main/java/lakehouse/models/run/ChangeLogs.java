package lakehouse.models.run;

import java.util.List;
import org.apache.iceberg.Table;

/** What the properties of a change log tell. */
public final class ChangeLogs {
  private ChangeLogs() {}

  /** The columns that tell the source's rows apart; empty for a bag of rows. */
  public static List<String> key(Table table) {
    return ChangeLog.key(table);
  }
}
