package lakehouse.load.utility;

import java.util.Locale;

/** Every table of the four databases. */
public enum UtilityTable {
  IBC(UtilityDatabase.BILLING),
  TARIFF(UtilityDatabase.BILLING),
  TARIFF_SLAB(UtilityDatabase.BILLING),
  CONSUMER(UtilityDatabase.BILLING),
  BILL(UtilityDatabase.BILLING),
  PAYMENT(UtilityDatabase.BILLING),
  BILL_ADJUSTMENT(UtilityDatabase.BILLING),
  METER(UtilityDatabase.METERING),
  METER_INSTALLATION(UtilityDatabase.METERING),
  INTERVAL_READING(UtilityDatabase.METERING),
  REGISTER_READING(UtilityDatabase.METERING),
  METER_EVENT(UtilityDatabase.METERING),
  GRID_STATION(UtilityDatabase.NETWORK),
  FEEDER(UtilityDatabase.NETWORK),
  PMT(UtilityDatabase.NETWORK),
  SERVICE_POINT(UtilityDatabase.NETWORK),
  FEEDER_PMT(UtilityDatabase.NETWORK),
  PMT_SERVICE_POINT(UtilityDatabase.NETWORK),
  INTERRUPTION(UtilityDatabase.NETWORK),
  LOADSHED_SCHEDULE(UtilityDatabase.NETWORK),
  COMPLAINT(UtilityDatabase.SERVICE),
  NEW_CONNECTION(UtilityDatabase.SERVICE);

  private final UtilityDatabase database;

  UtilityTable(UtilityDatabase database) {
    this.database = database;
  }

  /** The database it lives in, in schema {@code public}. */
  public UtilityDatabase database() {
    return database;
  }

  /** Its name in PostgreSQL. */
  public String tableName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
