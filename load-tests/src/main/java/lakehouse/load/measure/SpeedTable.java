package lakehouse.load.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The tables that are loaded and changed. */
enum SpeedTable {
  /** Eight columns, as of a meter's reading; two of them numerics of 24 digits. */
  NARROW("reading", 1) {
    @Override
    String create() {
      return """
      CREATE TABLE reading (
        meter_id bigint,
        read_at timestamptz,
        energy_kwh numeric(24,18) NOT NULL,
        reactive_kvarh numeric(24,18),
        received_at timestamptz NOT NULL,
        status text NOT NULL,
        corrected_at timestamptz,
        quality int,
        PRIMARY KEY (meter_id, read_at)
      )""";
    }

    @Override
    String insert(String rows) {
      return """
      INSERT INTO reading
      SELECT i / 1000,
        '2024-01-01Z'::timestamptz + i %% 1000 * interval '1 hour',
        (random() * 10)::numeric(24,18),
        random()::numeric(24,18),
        '2024-01-02Z'::timestamptz + i * interval '1 s',
        (array['measured', 'estimated', 'corrected'])[1 + i %% 3],
        CASE WHEN i %% 3 = 2 THEN now() END,
        i %% 100
      FROM %s AS i"""
          .formatted(rows);
    }

    @Override
    String update(long from, long to) {
      return """
      UPDATE reading
      SET energy_kwh = energy_kwh + 1, status = 'corrected', corrected_at = now()
      WHERE %s"""
          .formatted(keys(from, to));
    }

    @Override
    String delete(long from, long to) {
      return "DELETE FROM reading WHERE " + keys(from, to);
    }

    private String keys(long from, long to) {
      return """
      (meter_id, read_at) IN (
        SELECT i / 1000, '2024-01-01Z'::timestamptz + i %% 1000 * interval '1 hour'
        FROM generate_series(%d::bigint, %d) AS i)"""
          .formatted(from, to);
    }
  },

  /** Sixty columns of the common types; every fourth of the nullable ones is null. */
  WIDE("wide", 5) {
    @Override
    String create() {
      return columns().stream()
          .map(column -> column.name() + " " + column.type())
          .collect(Collectors.joining(", ", "CREATE TABLE wide (id bigint PRIMARY KEY, ", ")"));
    }

    @Override
    String insert(String rows) {
      return columns().stream()
          .map(Column::value)
          .collect(
              Collectors.joining(", ", "INSERT INTO wide SELECT i, ", " FROM " + rows + " AS i"));
    }

    @Override
    String update(long from, long to) {
      return "UPDATE wide SET i1 = i1 + 1, n1 = n1 + 1 WHERE id BETWEEN %d AND %d"
          .formatted(from, to);
    }

    @Override
    String delete(long from, long to) {
      return "DELETE FROM wide WHERE id BETWEEN %d AND %d".formatted(from, to);
    }

    private List<Column> columns() {
      List<Column> columns = new ArrayList<>();
      add(columns, 12, "i", "integer", "(i * %d %% 100000)::integer");
      add(columns, 6, "b", "bigint", "i * %d");
      add(columns, 10, "n", "numeric(12,2)", "(i %% 1000000 / 8.0 * %d)::numeric(12,2)");
      add(columns, 6, "d", "double precision", "random() * %d");
      add(columns, 10, "t", "text", "'value ' || i %% (100 * %d)");
      add(columns, 2, "h", "text", "md5((i + %d)::text)");
      add(columns, 6, "s", "timestamptz", "'2024-01-01Z'::timestamptz + i * %d * interval '1 s'");
      add(columns, 4, "f", "boolean", "i %% (1 + %d) = 0");
      add(columns, 3, "k", "date", "date '2024-01-01' + (i %% (365 * %d))::integer");
      return columns;
    }

    private void add(List<Column> columns, int count, String name, String type, String value) {
      for (int n = 1; n <= count; n++) {
        String present = value.formatted(n);
        columns.add(
            new Column(
                name + n,
                type,
                columns.size() % 4 == 3
                    ? "CASE WHEN i %% 4 <> %d THEN %s END".formatted(n % 4, present)
                    : present));
      }
    }
  };

  private static final int INSERTED = 800;
  private static final int UPDATED = 150;
  private static final int DELETED = 50;

  /** Changes in each transaction of a backlog. */
  static final int CHANGES = INSERTED + UPDATED + DELETED;

  private record Column(String name, String type, String value) {}

  private final String table;
  private final int shrink;

  SpeedTable(String table, int shrink) {
    this.table = table;
    this.shrink = shrink;
  }

  /** The table's name, which is its database's too. */
  String table() {
    return table;
  }

  /** How many rows or changes it gets where a narrow table gets so many. */
  long share(long ofNarrow) {
    return Math.max(1, ofNarrow / shrink);
  }

  abstract String create();

  /** Inserts a row for each number that the expression yields. */
  abstract String insert(String rows);

  abstract String update(long from, long to);

  abstract String delete(long from, long to);

  /** Fills the empty table. */
  String fill(long rows) {
    return insert("generate_series(1::bigint, %d)".formatted(rows));
  }

  /** A transaction of {@link #CHANGES} changes: mostly inserts, then updates and deletes. */
  List<String> change(long rows, long transaction) {
    long first = rows + 1 + transaction * INSERTED;
    long last = first + INSERTED - 1;
    return List.of(
        insert("generate_series(%d::bigint, %d)".formatted(first, last)),
        update(first, first + UPDATED - 1),
        delete(last - DELETED + 1, last));
  }

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
