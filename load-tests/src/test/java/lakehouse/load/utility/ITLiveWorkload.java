package lakehouse.load.utility;

import static lakehouse.load.utility.UtilityDatabase.METERING;
import static lakehouse.load.utility.UtilityDatabase.NETWORK;
import static lakehouse.load.utility.UtilityDatabase.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import lakehouse.catalog.cli.LakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ITLiveWorkload {

  private static final int ROUNDS = 6;

  private static UtilityServer server;
  private static Map<UtilityTable, Long> before;
  private static LiveCounts counts;

  @BeforeAll
  static void change() throws Exception {
    server = UtilityServer.start();
    seed(server);
    before = rows(server);
    counts = new LiveWorkload(server.server(), 5).run(ROUNDS, Duration.ZERO, () -> false);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static void seed(UtilityServer server) throws Exception {
    UtilityGenerator.ofScale(42, 0.4).seed(server.server(), 2, SeedProgress.SILENT);
  }

  @Test
  void changesAllDatabasesInEveryWay() {
    assertThat(counts.rounds()).isEqualTo(ROUNDS);
    assertThat(counts.rows().keySet())
        .extracting(UtilityTable::database)
        .contains(UtilityDatabase.values());
    for (LiveOperation operation : LiveOperation.values()) {
      assertThat(counts.of(operation)).as(operation.name()).isPositive();
    }
    assertThat(counts.of(UtilityTable.TARIFF_SLAB, LiveOperation.KEY_CHANGE)).isEqualTo(ROUNDS);
    assertThat(counts.of(UtilityTable.METER_INSTALLATION, LiveOperation.KEY_CHANGE))
        .isEqualTo(ROUNDS);
    assertThat(counts.of(LiveOperation.ADD_COLUMN)).isEqualTo(2);
    assertThat(counts.of(UtilityTable.INTERVAL_READING, LiveOperation.UPDATE)).isPositive();
    assertThat(counts.of(UtilityTable.BILL, LiveOperation.INSERT)).isPositive();
    assertThat(counts.of(UtilityTable.PAYMENT, LiveOperation.DELETE)).isPositive();
  }

  @Test
  void countsWhatItCommitted() throws Exception {
    Map<UtilityTable, Long> after = rows(server);
    for (UtilityTable table : UtilityTable.values()) {
      if (counts.of(table, LiveOperation.TRUNCATE) == 0) {
        assertThat(after.get(table) - before.get(table))
            .as(table.tableName())
            .isEqualTo(
                counts.of(table, LiveOperation.INSERT) - counts.of(table, LiveOperation.DELETE));
      }
    }
    assertThat(after.get(UtilityTable.LOADSHED_SCHEDULE))
        .isGreaterThanOrEqualTo(before.get(UtilityTable.LOADSHED_SCHEDULE));
  }

  @Test
  void switchesTheTopologyWithoutAGap() throws Exception {
    for (String[] table :
        new String[][] {{"feeder_pmt", "pmt_id"}, {"pmt_service_point", "service_point_id"}}) {
      assertThat(
              server.rows(
                  NETWORK,
                  """
                  SELECT * FROM (
                    SELECT *, lead(valid_from) OVER (PARTITION BY %s ORDER BY valid_from) AS next FROM %s) h
                  WHERE valid_to IS DISTINCT FROM next"""
                      .formatted(table[1], table[0])))
          .isEmpty();
    }
    assertThat(counts.of(UtilityTable.FEEDER_PMT, LiveOperation.INSERT)).isEqualTo(ROUNDS);
  }

  @Test
  void readsEveryMeterOfEveryHour() throws Exception {
    assertThat(
            server.rows(
                METERING,
                """
                SELECT kind, count(DISTINCT read_at) FROM interval_reading JOIN meter USING (meter_id)
                WHERE read_at >= '2026-06-30 19:00Z' GROUP BY kind ORDER BY kind"""))
        .containsExactly("consumer|12", "pmt|6", "feeder|12");
  }

  @Test
  void storesSomeDetailsOutOfLine() throws Exception {
    assertThat(
            server.number(
                SERVICE,
                "SELECT count(*) FROM complaint WHERE pg_column_size(details) > 2100 AND details @> '{\"tags\": [\"live\"]}'"))
        .isEqualTo(ROUNDS);
  }

  @Test
  void goesOnWhereItWasInterrupted() throws Exception {
    try (UtilityServer other = UtilityServer.start()) {
      seed(other);
      AtomicInteger left = new AtomicInteger(17);
      LiveCounts part =
          new LiveWorkload(other.server(), 5)
              .run(ROUNDS, Duration.ZERO, () -> left.getAndDecrement() <= 0);
      LiveCounts rest = new LiveWorkload(other.server(), 5).run(ROUNDS, Duration.ZERO, () -> false);

      assertThat(part.rounds()).isZero();
      assertThat(part.transactions() + rest.transactions()).isEqualTo(counts.transactions());
      assertThat(part.totalRows() + rest.totalRows()).isEqualTo(counts.totalRows());
      for (UtilityTable table : UtilityTable.values()) {
        assertThat(content(other, table)).as(table.tableName()).isEqualTo(content(server, table));
      }
    }
  }

  @Test
  void refusesDatabasesWithoutData() throws Exception {
    try (UtilityServer empty = UtilityServer.start()) {
      assertThatThrownBy(
              () -> new LiveWorkload(empty.server(), 5).run(1, Duration.ZERO, () -> false))
          .isInstanceOf(LakeException.class)
          .hasMessageContaining("Seed the databases first");
    }
  }

  private static Map<UtilityTable, Long> rows(UtilityServer server) throws Exception {
    Map<UtilityTable, Long> rows = new EnumMap<>(UtilityTable.class);
    for (UtilityTable table : UtilityTable.values()) {
      rows.put(table, server.number(table.database(), "SELECT count(*) FROM " + table.tableName()));
    }
    return rows;
  }

  private static String content(UtilityServer server, UtilityTable table) throws Exception {
    return server.value(
        table.database(),
        "SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE \"C\")) FROM %s t"
            .formatted(table.tableName()));
  }
}
