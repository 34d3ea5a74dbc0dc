package lakehouse.ingest.preflight;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.ingest.capture.CaptureRun.BaseType;
import lakehouse.ingest.capture.CaptureRun.CapturedTable;

/**
 * All that the preflight and the start of a capture need to know of a source, read once.
 *
 * @param server the server
 * @param role the role we log in as
 * @param publication the configured publication, empty if there is none
 * @param slots the configured slot and those that a capture of it may have left
 * @param tables all tables of the database but the system's
 * @param domains the database's domains by name
 */
public record SourceFacts(
    Server server,
    Role role,
    Optional<Publication> publication,
    List<Slot> slots,
    List<Table> tables,
    Map<String, BaseType> domains) {
  public SourceFacts {
    slots = List.copyOf(slots);
    tables = List.copyOf(tables);
    domains = Map.copyOf(domains);
  }

  /**
   * The server.
   *
   * @param version as in {@code server_version_num}
   * @param lsn the end of its log when it was read
   */
  public record Server(
      int version,
      String walLevel,
      String systemIdentifier,
      int timeline,
      boolean standby,
      long lsn,
      int maxSlots,
      int usedSlots,
      int maxSenders,
      int usedSenders) {}

  /** The role we log in as. */
  public record Role(String name, boolean superuser, boolean replication) {}

  /** A publication and what it sends. */
  public record Publication(
      String name, boolean insert, boolean update, boolean delete, boolean truncate) {
    boolean complete() {
      return insert && update && delete && truncate;
    }
  }

  /**
   * A replication slot.
   *
   * @param activePid the server process that streams from it, empty if none does
   * @param walStatus whether the log it needs is still there: {@code reserved}, {@code extended},
   *     {@code unreserved}, {@code lost}
   * @param confirmedLsn the log position before which it sends nothing; 0 if it has none
   */
  public record Slot(
      String name,
      String plugin,
      String database,
      Optional<Integer> activePid,
      String walStatus,
      long confirmedLsn) {}

  /**
   * A table.
   *
   * @param kind as in {@code pg_class.relkind}
   * @param persistence as in {@code pg_class.relpersistence}
   * @param replicaIdentity as in {@code pg_class.relreplident}
   * @param published whether the publication sends it
   * @param readable whether the role may select from it
   * @param key the primary key's columns; empty without one
   * @param keyDeferrable whether the primary key is deferrable, and so identifies nothing
   * @param rowBytes mean width of a row; 0 if the server has no statistics
   */
  public record Table(
      String schema,
      String name,
      char kind,
      char persistence,
      char replicaIdentity,
      boolean published,
      boolean readable,
      List<String> key,
      boolean keyDeferrable,
      long rowBytes,
      List<Column> columns) {
    public Table {
      key = List.copyOf(key);
      columns = List.copyOf(columns);
    }

    Table with(List<Column> otherColumns) {
      return new Table(
          schema,
          name,
          kind,
          persistence,
          replicaIdentity,
          published,
          readable,
          key,
          keyDeferrable,
          rowBytes,
          otherColumns);
    }

    /** {@code schema.table}. */
    public String qualifiedName() {
      return schema + "." + name;
    }

    /** The name as SQL takes it. */
    public String quoted() {
      return Sql.identifier(schema) + "." + Sql.identifier(name);
    }
  }

  /**
   * A column.
   *
   * @param type as in {@code pg_type.typname}
   * @param modifier the type's modifier; -1 for none
   * @param finerThanMillis whether a time has digits beyond the milliseconds in some row, or is
   *     24:00
   */
  public record Column(
      String name, String type, int modifier, boolean generated, boolean finerThanMillis) {}

  /** Whether the configuration asks for the table. */
  static boolean wanted(SourceConfig source, Table table) {
    return TablePattern.any(source.tables(), table.schema(), table.name())
        && !TablePattern.any(source.exclude(), table.schema(), table.name());
  }

  /** The tables that are captured, in their order, as the server has them. */
  public List<Table> capturedTables(SourceConfig source) {
    return tables.stream()
        .filter(table -> table.kind() == 'r' && table.published() && wanted(source, table))
        .toList();
  }

  /** The tables that are captured, in their order. */
  public List<CapturedTable> captured(SourceConfig source) {
    return capturedTables(source).stream()
        .map(table -> new CapturedTable(table.schema(), table.name(), table.rowBytes()))
        .toList();
  }

  /** The configured slot, if it is there. */
  public Optional<Slot> slot(SourceConfig source) {
    return slots.stream().filter(slot -> slot.name().equals(source.slot())).findFirst();
  }
}
