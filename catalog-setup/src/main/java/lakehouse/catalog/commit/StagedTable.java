package lakehouse.catalog.commit;

import static org.apache.iceberg.TableProperties.MIN_SNAPSHOTS_TO_KEEP;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import org.apache.iceberg.BaseMetastoreTableOperations;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.Transactions;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;
import org.projectnessie.model.IcebergTable;
import org.projectnessie.model.ImmutableIcebergTable;
import org.projectnessie.model.Operation;

/**
 * One table's new metadata, written but not yet visible: it becomes so with the catalog commit that
 * puts {@link #operation()}.
 */
final class StagedTable {
  private static final int SNAPSHOTS_KEPT = 100;

  private final TableIdentifier table;
  private final @Nullable IcebergTable before;
  private final TableMetadata after;

  private StagedTable(TableIdentifier table, @Nullable IcebergTable before, TableMetadata after) {
    this.table = table;
    this.before = before;
    this.after = after;
  }

  /** Writes the metadata that the change leads to. */
  static StagedTable stage(
      TableChange change, @Nullable IcebergTable before, FileIO io, String warehouse) {
    StagingOperations operations = new StagingOperations(change.table(), before, io);
    Transaction transaction;
    if (before == null) {
      Map<String, String> properties = new HashMap<>(LakeCatalog.tableDefaults());
      properties.putAll(change.whenMissing().properties());
      TableMetadata empty =
          TableMetadata.newTableMetadata(
              change.whenMissing().schema(),
              change.whenMissing().spec(),
              change.whenMissing().location().orElseGet(() -> location(warehouse, change.table())),
              properties);
      transaction =
          Transactions.createTableTransaction(change.table().toString(), operations, empty);
    } else {
      transaction = Transactions.newTransaction(change.table().toString(), operations);
    }
    change.change().accept(transaction);
    transaction.commitTransaction();
    return new StagedTable(change.table(), before, operations.current());
  }

  /** Makes the metadata visible. */
  Operation operation() {
    ImmutableIcebergTable.Builder content =
        ImmutableIcebergTable.builder()
            .metadataLocation(after.metadataFileLocation())
            .snapshotId(after.currentSnapshot() == null ? -1 : after.currentSnapshot().snapshotId())
            .schemaId(after.currentSchemaId())
            .specId(after.defaultSpecId())
            .sortOrderId(after.defaultSortOrderId());
    if (before != null) {
      content.id(before.getId());
    }
    return Operation.Put.of(LakeCatalog.key(table), content.build());
  }

  // A random suffix: a table dropped and made again must not share files with its former self.
  private static String location(String warehouse, TableIdentifier table) {
    String root =
        warehouse.endsWith("/") ? warehouse.substring(0, warehouse.length() - 1) : warehouse;
    return String.join(
            "/", root, String.join("/", List.of(table.namespace().levels())), table.name())
        + "_"
        + UUID.randomUUID();
  }

  /** Table operations whose commit writes the metadata file and tells nobody. */
  private static final class StagingOperations extends BaseMetastoreTableOperations {
    private final TableIdentifier table;
    private final @Nullable IcebergTable before;
    private final FileIO io;
    private @Nullable TableMetadata staged;

    StagingOperations(TableIdentifier table, @Nullable IcebergTable before, FileIO io) {
      this.table = table;
      this.before = before;
      this.io = io;
    }

    @Override
    protected String tableName() {
      return table.toString();
    }

    @Override
    public FileIO io() {
      return io;
    }

    @Override
    public TableMetadata current() {
      return staged != null ? staged : super.current();
    }

    @Override
    public TableMetadata refresh() {
      return staged != null ? staged : super.refresh();
    }

    @Override
    protected void doRefresh() {
      refreshFromMetadataLocation(before == null ? null : before.getMetadataLocation(), 2);
    }

    @Override
    public void commit(@Nullable TableMetadata base, TableMetadata metadata) {
      TableMetadata kept = withoutOldSnapshots(metadata);
      String location = writeNewMetadataIfRequired(base == null, kept);
      staged =
          TableMetadata.buildFrom(kept).discardChanges().withMetadataLocation(location).build();
    }

    /**
     * A table that gains a snapshot every second must not carry all of them into each commit. Only
     * their names go, now and then: the files stay, whoever reads at an older hash finds them all,
     * and whoever reads on goes by the files' sequence numbers.
     */
    private static TableMetadata withoutOldSnapshots(TableMetadata metadata) {
      int enough = metadata.propertyAsInt(MIN_SNAPSHOTS_TO_KEEP, SNAPSHOTS_KEPT);
      if (metadata.snapshots().size() <= 2 * enough) {
        return metadata;
      }
      Set<Long> kept =
          metadata.refs().values().stream()
              .map(SnapshotRef::snapshotId)
              .collect(Collectors.toCollection(HashSet::new));
      metadata.snapshots().stream()
          .sorted(Comparator.comparingLong(Snapshot::sequenceNumber).reversed())
          .limit(enough)
          .forEach(snapshot -> kept.add(snapshot.snapshotId()));
      return metadata.removeSnapshotsIf(snapshot -> !kept.contains(snapshot.snapshotId()));
    }

    @Override
    public LocationProvider locationProvider() {
      TableMetadata metadata = current();
      return LocationProviders.locationsFor(metadata.location(), metadata.properties());
    }
  }
}
