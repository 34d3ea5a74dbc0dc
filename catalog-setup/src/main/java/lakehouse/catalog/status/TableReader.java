package lakehouse.catalog.status;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.status.LakeStatus.ModelStatus;
import lakehouse.catalog.status.LakeStatus.TableStatus;
import lakehouse.catalog.table.OpsTables;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Content;
import org.projectnessie.model.ContentKey;
import org.projectnessie.model.EntriesResponse.Entry;
import org.projectnessie.model.Reference;

/** Reads what the tables of the lake hold, and what the audit trail says of the models. */
final class TableReader {
  private final LakeCatalog catalog;

  /**
   * @param catalog pinned to the hash that is looked at
   */
  TableReader(LakeCatalog catalog) {
    this.catalog = catalog;
  }

  /** All tables, by name. Their metadata files are read, not their data. */
  List<TableStatus> tables(Reference head) {
    List<TableIdentifier> tables = new ArrayList<>();
    try (Stream<Entry> entries = catalog.nessie().getEntries().reference(head).stream()) {
      entries
          .filter(entry -> entry.getType().equals(Content.Type.ICEBERG_TABLE))
          .map(entry -> identifier(entry.getName()))
          .forEach(tables::add);
    } catch (NessieNotFoundException e) {
      throw new IllegalStateException("The hash is gone: " + e.getMessage(), e);
    }
    return tables.parallelStream()
        .map(table -> status(table, catalog.iceberg().loadTable(table)))
        .sorted(Comparator.comparing(TableStatus::table))
        .toList();
  }

  /** Every model that ever ran, by name. */
  List<ModelStatus> models() {
    if (!catalog.iceberg().tableExists(OpsTables.MODEL_RUN.table())) {
      return List.of();
    }
    Table table = catalog.iceberg().loadTable(OpsTables.MODEL_RUN.table());
    Map<String, ModelStatus> models = new TreeMap<>();
    List<Record> runs = new ArrayList<>();
    try (CloseableIterable<Record> rows =
        IcebergGenerics.read(table)
            .select("model", "status", "started_at", "rows_written", "tag")
            .build()) {
      rows.forEach(runs::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    runs.sort(Comparator.comparing(TableReader::startedAt));
    runs.forEach(
        run -> models.merge((String) run.getField("model"), status(run), TableReader::followed));
    return List.copyOf(models.values());
  }

  private static TableIdentifier identifier(ContentKey key) {
    return TableIdentifier.of(Namespace.of(key.getNamespace().getElementsArray()), key.getName());
  }

  private static TableStatus status(TableIdentifier identifier, Table table) {
    Snapshot snapshot = table.currentSnapshot();
    Map<String, String> summary = snapshot == null ? Map.of() : snapshot.summary();
    return new TableStatus(
        identifier.toString(),
        number(summary, SnapshotSummary.TOTAL_RECORDS_PROP)
            - number(summary, SnapshotSummary.TOTAL_POS_DELETES_PROP),
        number(summary, SnapshotSummary.TOTAL_DATA_FILES_PROP),
        number(summary, SnapshotSummary.TOTAL_FILE_SIZE_PROP),
        number(summary, SnapshotSummary.TOTAL_DELETE_FILES_PROP),
        Optional.ofNullable(snapshot).map(s -> Instant.ofEpochMilli(s.timestampMillis())));
  }

  private static long number(Map<String, String> summary, String property) {
    return Long.parseLong(summary.getOrDefault(property, "0"));
  }

  private static ModelStatus status(Record run) {
    Optional<String> tag = Optional.ofNullable((String) run.getField("tag"));
    return new ModelStatus(
        (String) run.getField("model"),
        (String) run.getField("status"),
        startedAt(run),
        Optional.ofNullable((Long) run.getField("rows_written")),
        tag.map(published -> startedAt(run)),
        tag);
  }

  /** The later run counts; what was published stays so when it failed. */
  private static ModelStatus followed(ModelStatus before, ModelStatus later) {
    return later.lastTag().isPresent()
        ? later
        : new ModelStatus(
            later.model(),
            later.lastStatus(),
            later.lastRunAt(),
            later.rowsWritten(),
            before.lastPublishedAt(),
            before.lastTag());
  }

  private static Instant startedAt(Record run) {
    return ((OffsetDateTime) run.getField("started_at")).toInstant();
  }
}
