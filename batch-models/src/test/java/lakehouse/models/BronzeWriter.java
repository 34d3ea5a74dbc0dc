package lakehouse.models;

import static org.apache.iceberg.types.Types.NestedField.optional;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.TableChange;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.catalog.table.Layer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericAppenderFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.encryption.EncryptedFiles;
import org.apache.iceberg.encryption.EncryptionKeyMetadata;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Writes one change log as the contract says, without an ingest: rows are gathered, and {@link
 * #commit()} appends them as one snapshot.
 */
public final class BronzeWriter {
  private static final OffsetDateTime TIME =
      Instant.parse("2026-01-01T00:00:00Z").atOffset(ZoneOffset.UTC);

  private final LakeCatalog catalog;
  private final TableIdentifier name;
  private final List<String> key;
  private final List<Map<String, Object>> pending = new ArrayList<>();
  private int files;
  private int epoch = 1;
  private long commitLsn = 0;
  private long seq = 0;
  private Optional<OffsetDateTime> committedAt = Optional.empty();

  /**
   * @param columns the source's columns, {@code name} to type
   */
  public BronzeWriter(
      LakeCatalog catalog,
      String source,
      String table,
      List<String> key,
      LinkedHashMap<String, Type> columns) {
    this.catalog = catalog;
    this.key = key;
    Namespace namespace = Layer.BRONZE.namespace(source);
    this.name = TableIdentifier.of(namespace, table);
    if (!catalog.iceberg().namespaceExists(namespace)) {
      catalog.iceberg().createNamespace(namespace);
    }
    Schema schema = schema(columns);
    catalog
        .iceberg()
        .buildTable(name, schema)
        .withPartitionSpec(PartitionSpec.unpartitioned())
        .withProperties(LakeCatalog.tableDefaults())
        .withProperty(ChangeColumns.SOURCE_PROPERTY, source)
        .withProperty(ChangeColumns.SOURCE_TABLE_PROPERTY, "public." + table)
        .withProperty(
            ChangeColumns.KEY_PROPERTY,
            key.stream().map(k -> '"' + k + '"').collect(Collectors.joining(",", "[", "]")))
        .create();
  }

  public TableIdentifier name() {
    return name;
  }

  /** The following changes belong to this transaction. */
  public BronzeWriter at(int newEpoch, long lsn) {
    epoch = newEpoch;
    commitLsn = lsn;
    seq = 0;
    committedAt = Optional.empty();
    return this;
  }

  /** The transaction of the following changes was committed then, whatever its position. */
  public BronzeWriter committedAt(OffsetDateTime time) {
    committedAt = Optional.of(time);
    return this;
  }

  /** The following changes belong to the next transaction. */
  public BronzeWriter next() {
    commitLsn += 10;
    seq = 1;
    committedAt = Optional.empty();
    return this;
  }

  public BronzeWriter load() {
    return row("l", Map.of());
  }

  public BronzeWriter truncate() {
    return row("t", Map.of());
  }

  /** Rows come with this commit whose place is before that of others that came earlier. */
  public BronzeWriter replayed() {
    return row("p", Map.of());
  }

  public BronzeWriter loaded(Object... values) {
    return row("r", values(values));
  }

  public BronzeWriter insert(Object... values) {
    return row("c", values(values));
  }

  public BronzeWriter update(Object... values) {
    return row("u", values(values));
  }

  public BronzeWriter delete(Object... values) {
    return row("d", values(values));
  }

  /** An update whose named columns the log left out. */
  public BronzeWriter updateWithout(List<String> unchanged, Object... values) {
    Map<String, Object> row = new HashMap<>(values(values));
    row.put(ChangeColumns.UNCHANGED, unchanged);
    return row("u", row);
  }

  /** A change of key: a deletion of the old, and an insertion of the new. */
  public BronzeWriter rekey(Map<String, Object> oldKey, List<String> unchanged, Object... values) {
    row("d", oldKey);
    Map<String, Object> row = new HashMap<>(values(values));
    row.put(ChangeColumns.OLD_KEY, oldKey);
    row.put(ChangeColumns.UNCHANGED, unchanged.isEmpty() ? null : unchanged);
    return row("c", row);
  }

  /** A change whose named columns hold what their type cannot. */
  public BronzeWriter unrepresentable(String op, Map<String, String> texts, Object... values) {
    Map<String, Object> row = new HashMap<>(values(values));
    row.put(ChangeColumns.UNREPRESENTABLE, texts);
    return row(op, row);
  }

  /** Adds a column of the source, from the next commit on. */
  public BronzeWriter addColumn(String column, Type type) {
    table().updateSchema().addColumn(column, type).commit();
    return this;
  }

  /** Widens a column of the source, from the next commit on. */
  public BronzeWriter widenColumn(String column, Type.PrimitiveType type) {
    table().updateSchema().updateColumn(column, type).commit();
    return this;
  }

  /** Forgets all snapshots but the current one, as the ingest does now and then; no file goes. */
  public BronzeWriter forgetSnapshots() {
    Table table = table();
    TableOperations operations = ((HasTableOperations) table).operations();
    long current = table.currentSnapshot().snapshotId();
    TableMetadata before = operations.current();
    operations.commit(
        before, before.removeSnapshotsIf(snapshot -> snapshot.snapshotId() != current));
    return this;
  }

  /** Puts aside what was gathered, to arrive later. */
  public List<Map<String, Object>> putAside() {
    List<Map<String, Object>> aside = List.copyOf(pending);
    pending.clear();
    return aside;
  }

  /** Gathers again what was put aside. */
  public BronzeWriter bring(List<Map<String, Object>> aside) {
    pending.addAll(aside);
    return this;
  }

  /** What was gathered arrives in another order, which means nothing. */
  public BronzeWriter shuffle(Random random) {
    Collections.shuffle(pending, random);
    return this;
  }

  /** When the transaction of the following changes was committed: a second for each position. */
  public OffsetDateTime time() {
    return committedAt.orElseGet(() -> TIME.plusDays(epoch).plusSeconds(commitLsn));
  }

  /** Appends what was gathered. */
  public BronzeWriter commit() {
    table().newAppend().appendFile(file()).commit();
    return this;
  }

  /** What was gathered, as a part of a commit of many tables; empty if nothing was. */
  public Optional<TableChange> change() {
    if (pending.isEmpty()) {
      return Optional.empty();
    }
    Table table = table();
    DataFile file = file();
    return Optional.of(
        new TableChange(
            name,
            new TableChange.NewTable(table.schema(), table.spec(), table.properties()),
            transaction -> transaction.newAppend().appendFile(file).commit()));
  }

  private DataFile file() {
    Table table = table();
    DataWriter<Record> writer =
        new GenericAppenderFactory(table.schema(), table.spec())
            .newDataWriter(
                EncryptedFiles.encryptedOutput(
                    table
                        .io()
                        .newOutputFile(
                            table
                                .locationProvider()
                                .newDataLocation(UUID.randomUUID() + ".parquet")),
                    EncryptionKeyMetadata.EMPTY),
                FileFormat.PARQUET,
                null);
    List<Map<String, Object>> rows = List.copyOf(pending);
    try (writer) {
      for (Map<String, Object> row : rows) {
        Map<String, Object> all = new HashMap<>(row);
        if (all.get(ChangeColumns.OLD_KEY) instanceof Map<?, ?> oldKey) {
          GenericRecord struct =
              GenericRecord.create(table.schema().findType(ChangeColumns.OLD_KEY).asStructType());
          oldKey.forEach((column, value) -> struct.setField((String) column, value));
          all.put(ChangeColumns.OLD_KEY, struct);
        }
        all.replaceAll((column, value) -> fit(table.schema().findType(column), value));
        writer.write(GenericRecord.create(table.schema()).copy(all));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    pending.clear();
    // the ingest's files tell it, and those that something else has written do not
    return ++files % 3 == 0 ? writer.toDataFile() : tellingNulls(table, writer.toDataFile(), rows);
  }

  private static DataFile tellingNulls(Table table, DataFile file, List<Map<String, Object>> rows) {
    Map<Integer, Long> values = new HashMap<>(file.valueCounts());
    Map<Integer, Long> nulls = new HashMap<>(file.nullValueCounts());
    for (Types.NestedField field : table.schema().columns()) {
      if (field.type().isNestedType()) {
        values.put(field.fieldId(), file.recordCount());
        nulls.put(
            field.fieldId(), rows.stream().filter(row -> row.get(field.name()) == null).count());
      }
    }
    return DataFiles.builder(table.spec())
        .copy(file)
        .withMetrics(
            new Metrics(
                file.recordCount(),
                file.columnSizes(),
                values,
                nulls,
                file.nanValueCounts(),
                file.lowerBounds(),
                file.upperBounds()))
        .build();
  }

  // A column may have been widened since its value was gathered.
  private static @Nullable Object fit(Type type, @Nullable Object value) {
    if (value instanceof Number number && type.typeId() == Type.TypeID.LONG) {
      return number.longValue();
    }
    return value instanceof Number number && type.typeId() == Type.TypeID.INTEGER
        ? (Object) number.intValue()
        : value;
  }

  public Table table() {
    return catalog.iceberg().loadTable(name);
  }

  private BronzeWriter row(String op, Map<String, Object> values) {
    Map<String, Object> row = new HashMap<>(values);
    row.put(ChangeColumns.OP, op);
    row.put(ChangeColumns.EPOCH, epoch);
    row.put(ChangeColumns.COMMIT_LSN, commitLsn);
    row.put(ChangeColumns.SEQ, seq++);
    row.put(ChangeColumns.LSN, commitLsn);
    row.put(ChangeColumns.COMMITTED_AT, time());
    row.put(ChangeColumns.CAPTURED_AT, time());
    pending.add(row);
    return this;
  }

  private static Map<String, Object> values(Object... values) {
    Map<String, Object> row = new HashMap<>();
    for (int i = 0; i < values.length; i += 2) {
      row.put((String) values[i], values[i + 1]);
    }
    return row;
  }

  private Schema schema(LinkedHashMap<String, Type> columns) {
    List<Types.NestedField> fields = new ArrayList<>();
    int id = 1;
    for (Map.Entry<String, Type> column : columns.entrySet()) {
      fields.add(optional(id++, column.getKey(), column.getValue()));
    }
    fields.add(optional(id++, ChangeColumns.OP, Types.StringType.get()));
    fields.add(optional(id++, ChangeColumns.EPOCH, Types.IntegerType.get()));
    fields.add(optional(id++, ChangeColumns.COMMIT_LSN, Types.LongType.get()));
    fields.add(optional(id++, ChangeColumns.SEQ, Types.LongType.get()));
    fields.add(optional(id++, ChangeColumns.LSN, Types.LongType.get()));
    fields.add(optional(id++, ChangeColumns.TX_ID, Types.LongType.get()));
    fields.add(optional(id++, ChangeColumns.COMMITTED_AT, Types.TimestampType.withZone()));
    fields.add(optional(id++, ChangeColumns.CAPTURED_AT, Types.TimestampType.withZone()));
    if (!key.isEmpty()) {
      List<Types.NestedField> keyFields = new ArrayList<>();
      int keyId = id + 100;
      for (String column : key) {
        keyFields.add(optional(keyId++, column, columns.get(column)));
      }
      fields.add(optional(id++, ChangeColumns.OLD_KEY, Types.StructType.of(keyFields)));
    }
    fields.add(
        optional(
            id,
            ChangeColumns.UNCHANGED,
            Types.ListType.ofOptional(id + 50, Types.StringType.get())));
    id++;
    fields.add(
        optional(
            id,
            ChangeColumns.UNREPRESENTABLE,
            Types.MapType.ofOptional(
                id + 60, id + 61, Types.StringType.get(), Types.StringType.get())));
    return new Schema(fields);
  }
}
