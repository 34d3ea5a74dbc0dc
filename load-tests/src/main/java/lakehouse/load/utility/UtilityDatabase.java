package lakehouse.load.utility;

import java.util.Locale;

/** The utility's four source databases, one per platform. */
public enum UtilityDatabase {
  BILLING,
  METERING,
  NETWORK,
  SERVICE;

  /** Its name in PostgreSQL. */
  public String databaseName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The least-privilege role that captures it. */
  public String roleName() {
    return "lake_" + databaseName();
  }
}
