package lakehouse.ingest.preflight;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.capture.CaptureRun.BaseType;
import lakehouse.ingest.capture.SourceConnection;
import lakehouse.ingest.preflight.SourceFacts.Access;
import lakehouse.ingest.preflight.SourceFacts.Column;
import lakehouse.ingest.preflight.SourceFacts.Identity;
import lakehouse.ingest.preflight.SourceFacts.Publication;
import lakehouse.ingest.preflight.SourceFacts.Role;
import lakehouse.ingest.preflight.SourceFacts.Sent;
import lakehouse.ingest.preflight.SourceFacts.Server;
import lakehouse.ingest.preflight.SourceFacts.Slot;
import lakehouse.ingest.preflight.SourceFacts.Table;

/** Reads a source's facts in one session. */
final class SourceFactsReader {
  private static final String SERVER =
      """
      SELECT
        current_setting('server_version_num')::int,
        current_setting('wal_level'),
        (SELECT system_identifier FROM pg_control_system())::text,
        (SELECT timeline_id FROM pg_control_checkpoint()),
        pg_is_in_recovery(),
        (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END
          - '0/0'::pg_lsn)::bigint,
        current_setting('max_replication_slots')::int,
        (SELECT count(*) FROM pg_replication_slots)::int,
        current_setting('max_wal_senders')::int,
        (SELECT count(*) FROM pg_stat_replication)::int
      """;

  private static final String ROLE =
      "SELECT rolname, rolsuper, rolreplication FROM pg_roles WHERE rolname = current_user";

  private static final String PUBLICATION =
      """
      SELECT pubname, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot
      FROM pg_publication
      WHERE pubname = ?
      """;

  private static final String SLOTS =
      """
      SELECT slot_name, plugin, database, active_pid, wal_status,
        (confirmed_flush_lsn - '0/0'::pg_lsn)::bigint
      FROM pg_replication_slots
      WHERE slot_name ~ ('^' || ? || '(_[0-9]+)?$')
      """;

  // Before version 15 publications have neither lists of columns nor filters: what the server does
  // not know is null in the row's JSON.
  private static final String TABLES =
      """
      WITH sent AS (
        SELECT p.schemaname, p.tablename, to_jsonb(p) -> 'attnames' AS columns
        FROM pg_publication_tables p
        WHERE p.pubname = ?
      ),
      named AS (
        SELECT r.prrelid, to_jsonb(r) ->> 'prattrs' AS columns, to_jsonb(r) ->> 'prqual' AS filter
        FROM pg_publication_rel r
        JOIN pg_publication p ON p.oid = r.prpubid
        WHERE p.pubname = ?
      )
      SELECT
        n.nspname,
        c.relname,
        c.relkind,
        c.relpersistence,
        ARRAY(
          SELECT an.nspname || '.' || ac.relname
          FROM pg_partition_ancestors(c.oid) a
          JOIN pg_class ac ON ac.oid = a.relid AND a.relid <> c.oid
          JOIN pg_namespace an ON an.oid = ac.relnamespace),
        c.relreplident,
        ARRAY(
          SELECT a.attname::text
          FROM unnest(k.indkey) WITH ORDINALITY AS key (attnum, place)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = key.attnum
          WHERE place <= k.indnkeyatts
          ORDER BY place),
        NOT coalesce(k.indimmediate, true),
        ARRAY(
          SELECT a.attname::text
          FROM pg_index i
          CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS key (attnum, place)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = key.attnum
          WHERE i.indrelid = c.oid AND i.indisreplident AND place <= i.indnkeyatts
          ORDER BY place),
        -- a partitioned table that is published by its name: the list may have its partitions only
        s.tablename IS NOT NULL OR (c.relkind = 'p' AND named.prrelid IS NOT NULL),
        named.columns IS NOT NULL,
        ARRAY(SELECT jsonb_array_elements_text(s.columns)),
        ARRAY(
          SELECT DISTINCT a.attname::text
          FROM regexp_matches(named.filter, ':varattno (\\d+)', 'g') AS variable
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = variable[1]::smallint
          ORDER BY 1),
        has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),
        row_security_active(c.oid),
        coalesce((
          SELECT sum(s.avg_width)
          FROM pg_stats s
          WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND NOT s.inherited), 0)::bigint,
        ARRAY(
          SELECT ARRAY[
            a.attname::text, t.typname::text, a.atttypmod::text, (a.attgenerated <> '')::text]
          FROM pg_attribute a
          JOIN pg_type t ON t.oid = a.atttypid
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          ORDER BY a.attnum)
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN sent s ON s.schemaname = n.nspname AND s.tablename = c.relname
      LEFT JOIN named ON named.prrelid = c.oid
      LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary
      WHERE c.relkind IN ('r', 'p', 'f')
        AND n.nspname !~ '^pg_'
        AND n.nspname <> 'information_schema'
      ORDER BY n.nspname, c.relname
      """;

  private static final String DOMAINS =
      """
      WITH RECURSIVE domain AS (
        SELECT t.typname, t.typbasetype, t.typtypmod
        FROM pg_type t
        WHERE t.typtype = 'd'
        UNION ALL
        SELECT d.typname, b.typbasetype,
          CASE WHEN d.typtypmod < 0 THEN b.typtypmod ELSE d.typtypmod END
        FROM domain d
        JOIN pg_type b ON b.oid = d.typbasetype AND b.typtype = 'd'
      )
      SELECT d.typname, b.typname, d.typtypmod
      FROM domain d
      JOIN pg_type b ON b.oid = d.typbasetype AND b.typtype <> 'd'
      """;

  private final PostgresConfig source;

  SourceFactsReader(PostgresConfig source) {
    this.source = source;
  }

  SourceFacts read() throws SQLException {
    try (Connection connection = SourceConnection.open(source, "lakehouse preflight")) {
      return new SourceFacts(
          server(connection),
          role(connection),
          publication(connection),
          slots(connection),
          tables(connection),
          domains(connection));
    }
  }

  private static Server server(Connection connection) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(SERVER);
        ResultSet row = query.executeQuery()) {
      row.next();
      return new Server(
          row.getInt(1),
          row.getString(2),
          row.getString(3),
          row.getInt(4),
          row.getBoolean(5),
          row.getLong(6),
          row.getInt(7),
          row.getInt(8),
          row.getInt(9),
          row.getInt(10));
    }
  }

  private static Role role(Connection connection) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(ROLE);
        ResultSet row = query.executeQuery()) {
      row.next();
      return new Role(row.getString(1), row.getBoolean(2), row.getBoolean(3));
    }
  }

  private Optional<Publication> publication(Connection connection) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(PUBLICATION)) {
      query.setString(1, source.publication());
      try (ResultSet row = query.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Publication(
                    row.getString(1),
                    row.getBoolean(2),
                    row.getBoolean(3),
                    row.getBoolean(4),
                    row.getBoolean(5),
                    row.getBoolean(6)))
            : Optional.empty();
      }
    }
  }

  private List<Slot> slots(Connection connection) throws SQLException {
    List<Slot> slots = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement(SLOTS)) {
      query.setString(1, source.slot());
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          slots.add(
              new Slot(
                  row.getString(1),
                  String.valueOf(row.getString(2)),
                  String.valueOf(row.getString(3)),
                  Optional.ofNullable(row.getObject(4, Integer.class)),
                  String.valueOf(row.getString(5)),
                  row.getLong(6)));
        }
      }
    }
    return slots;
  }

  private List<Table> tables(Connection connection) throws SQLException {
    List<Table> tables = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement(TABLES)) {
      query.setString(1, source.publication());
      query.setString(2, source.publication());
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          tables.add(table(row));
        }
      }
    }
    // the native engine loads a time as it is
    return source.engine() == CaptureEngineName.FLINK_CDC
        ? withFinerTimes(connection, tables)
        : tables;
  }

  private static Table table(ResultSet row) throws SQLException {
    return new Table(
        row.getString(1),
        row.getString(2),
        row.getString(3).charAt(0),
        row.getString(4).charAt(0),
        strings(row.getArray(5)),
        new Identity(
            row.getString(6).charAt(0),
            strings(row.getArray(7)),
            row.getBoolean(8),
            strings(row.getArray(9))),
        new Sent(
            row.getBoolean(10),
            row.getBoolean(11),
            strings(row.getArray(12)),
            strings(row.getArray(13))),
        new Access(row.getBoolean(14), row.getBoolean(15)),
        row.getLong(16),
        columns(row.getArray(17)));
  }

  private static List<String> strings(Array array) throws SQLException {
    return Arrays.asList((String[]) array.getArray());
  }

  /** Looks into tables with a time of microseconds; only these are read, and they are rare. */
  private List<Table> withFinerTimes(Connection connection, List<Table> tables)
      throws SQLException {
    List<Table> looked = new ArrayList<>();
    for (Table table : tables) {
      List<Column> columns = new ArrayList<>();
      for (Column column : table.columns()) {
        boolean suspect =
            column.type().equals("time")
                && (column.modifier() < 0 || column.modifier() > 3)
                && table.kind() == 'r'
                && table.published()
                && table.access().readable()
                && SourceFacts.wanted(source, table);
        columns.add(
            suspect && finerThanMillis(connection, table, column)
                ? new Column(
                    column.name(), column.type(), column.modifier(), column.generated(), true)
                : column);
      }
      looked.add(table.with(columns));
    }
    return looked;
  }

  private static boolean finerThanMillis(Connection connection, Table table, Column column)
      throws SQLException {
    String name = '"' + column.name().replace("\"", "\"\"") + '"';
    try (PreparedStatement query =
            connection.prepareStatement(
                """
                SELECT EXISTS (
                  SELECT FROM %1$s
                  WHERE extract(microseconds FROM %2$s)::bigint %% 1000 <> 0 OR %2$s = '24:00')
                """
                    .formatted(table.quoted(), name));
        ResultSet row = query.executeQuery()) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static List<Column> columns(Array array) throws SQLException {
    if (!(array.getArray() instanceof String[][] rows)) {
      return List.of(); // a table without columns
    }
    return Arrays.stream(rows)
        .map(
            row ->
                new Column(
                    row[0], row[1], Integer.parseInt(row[2]), Boolean.parseBoolean(row[3]), false))
        .toList();
  }

  private static Map<String, BaseType> domains(Connection connection) throws SQLException {
    Map<String, BaseType> domains = new HashMap<>();
    try (PreparedStatement query = connection.prepareStatement(DOMAINS);
        ResultSet row = query.executeQuery()) {
      while (row.next()) {
        int modifier = row.getInt(3);
        boolean numeric = row.getString(2).equals("numeric") && modifier >= 4;
        domains.put(
            row.getString(1).toLowerCase(java.util.Locale.ROOT),
            new BaseType(
                row.getString(2),
                numeric ? ((modifier - 4) >> 16) & 0xffff : -1,
                numeric ? (modifier - 4) & 0xffff : -1));
      }
    }
    return domains;
  }
}
