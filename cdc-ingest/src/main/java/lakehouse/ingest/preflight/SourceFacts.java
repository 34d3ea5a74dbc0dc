package lakehouse.ingest.preflight;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.TablePattern;
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
    Map<String, BaseType> domains)
    implements Findings {
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

  /**
   * A publication and what it sends.
   *
   * @param viaRoot whether rows of partitions are sent as rows of the table that is partitioned
   */
  public record Publication(
      String name,
      boolean insert,
      boolean update,
      boolean delete,
      boolean truncate,
      boolean viaRoot) {
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
   * @param ancestors the partitioned tables that it is a partition of, by {@link #qualifiedName}
   * @param identity what of a former row its changes carry
   * @param sent what the publication sends of it
   * @param access what the role may see of it
   * @param rowBytes mean width of a row; 0 if the server has no statistics
   */
  public record Table(
      String schema,
      String name,
      char kind,
      char persistence,
      List<String> ancestors,
      Identity identity,
      Sent sent,
      Access access,
      long rowBytes,
      List<Column> columns) {
    public Table {
      ancestors = List.copyOf(ancestors);
      columns = List.copyOf(columns);
    }

    Table with(List<Column> otherColumns) {
      return new Table(
          schema,
          name,
          kind,
          persistence,
          ancestors,
          identity,
          sent,
          access,
          rowBytes,
          otherColumns);
    }

    /** The primary key's columns; empty without one. */
    public List<String> key() {
      return identity.primaryKey();
    }

    boolean published() {
      return sent.published();
    }

    /** Whether its changes are in the server's log. */
    boolean logged() {
      return persistence == 'p' && kind != 'f';
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
   * What tells the rows of a table apart.
   *
   * @param kind the replica identity as in {@code pg_class.relreplident}
   * @param primaryKey the primary key's columns; empty without one
   * @param deferrable whether the primary key is deferrable, and so identifies nothing
   * @param index the columns of the index that is the replica identity; empty if none is
   */
  public record Identity(
      char kind, List<String> primaryKey, boolean deferrable, List<String> index) {
    public Identity {
      primaryKey = List.copyOf(primaryKey);
      index = List.copyOf(index);
    }

    /** Whether changes carry the whole former row. */
    boolean full() {
      return kind == 'f';
    }

    /** The columns that tell rows apart; none of a table whose rows are a bag. */
    List<String> columns() {
      return switch (kind) {
        case 'n' -> List.of();
        case 'i' -> index;
        default -> deferrable ? List.of() : primaryKey;
      };
    }
  }

  /**
   * What the publication sends of a table.
   *
   * @param published whether it sends anything
   * @param listed whether it has a list of the columns to send
   * @param columns the columns that it sends; empty if the server does not say, which sends all
   * @param filterColumns the columns by which it chooses rows
   */
  public record Sent(
      boolean published, boolean listed, List<String> columns, List<String> filterColumns) {
    public Sent {
      columns = List.copyOf(columns);
      filterColumns = List.copyOf(filterColumns);
    }
  }

  /**
   * What the role may see of a table.
   *
   * @param readable whether it may select from it
   * @param rowsHidden whether a policy decides which rows it sees
   */
  public record Access(boolean readable, boolean rowsHidden) {}

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
  static boolean wanted(PostgresConfig source, Table table) {
    return TablePattern.anyMatches(source.tables(), table.schema(), table.name())
        && !TablePattern.anyMatches(source.exclude(), table.schema(), table.name());
  }

  /** The tables that are captured, in their order, as the server has them. */
  public List<Table> capturedTables(PostgresConfig source) {
    return tables.stream()
        .filter(table -> wanted(source, table) && table.published() && whole(source, table))
        .toList();
  }

  // What the publication sends by its root it does not send by the partition.
  private boolean whole(PostgresConfig source, Table table) {
    return switch (table.kind()) {
      case 'r' -> true;
      case 'p' ->
          switch (source.engine()) {
            case FLINK_CDC -> false;
            case NATIVE -> publication.map(Publication::viaRoot).orElse(false);
          };
      default -> false;
    };
  }

  /** The partitions of a table that hold rows, or would. */
  List<Table> leaves(Table table) {
    return tables.stream()
        .filter(leaf -> leaf.kind() != 'p' && leaf.ancestors().contains(table.qualifiedName()))
        .toList();
  }

  /** The tables that are captured, in their order. */
  public List<CapturedTable> captured(PostgresConfig source) {
    return capturedTables(source).stream()
        .map(table -> new CapturedTable(table.schema(), table.name(), table.rowBytes()))
        .toList();
  }

  /** The configured slot, if it is there. */
  public Optional<Slot> slot(PostgresConfig source) {
    return slots.stream().filter(slot -> slot.name().equals(source.slot())).findFirst();
  }
}
