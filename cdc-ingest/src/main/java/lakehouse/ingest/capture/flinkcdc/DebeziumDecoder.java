package lakehouse.ingest.capture.flinkcdc;

import io.debezium.data.Envelope;
import io.debezium.relational.Column;
import io.debezium.relational.RelationalChangeRecordEmitter;
import io.debezium.relational.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.ingest.capture.CaptureRun;
import lakehouse.ingest.event.ChangeEvent.Change;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.event.TableSchema;
import lakehouse.ingest.state.NonRecoverableException;
import lakehouse.ingest.type.PostgresTypes;
import lakehouse.ingest.type.Unrepresentable;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Turns Debezium's records into change events. It is the only file that knows the names of
 * Debezium's fields. Not for use by many threads.
 *
 * <p>Epoch and ordinal are left to the {@link ChangeSequencer}; the commit position is the one that
 * Debezium knows, the last commit before the change's transaction, or 0 before the first.
 */
final class DebeziumDecoder {
  private static final String TYPE = "__debezium.source.column.type";
  private static final String LENGTH = "__debezium.source.column.length";
  private static final String SCALE = "__debezium.source.column.scale";
  private static final String LSN_COMMIT = "lsn_commit";
  private static final String LSN = "lsn";
  private static final String TX_ID = "txId";
  private static final String COMMIT_MICROS = "ts_usec";

  private final String source;
  private final Map<String, CaptureRun.BaseType> domains;
  private final Set<String> captured;
  private final Masks masks;

  /** By the identity of the envelope's schema, of which Debezium makes one for each version. */
  private final Map<Schema, Optional<TableDecoder>> decoders = new IdentityHashMap<>();

  private final Map<TableSchema, TableSchema> versions = new HashMap<>();
  private final Map<String, List<String>> keys = new HashMap<>();

  DebeziumDecoder(CaptureRun run) {
    this.source = run.source().name();
    this.domains = run.domains();
    this.captured =
        run.tables().stream()
            .map(CaptureRun.CapturedTable::qualifiedName)
            .collect(Collectors.toSet());
    this.masks = new Masks(run.source().masks(), run.maskKey());
  }

  /** Position of a record in the source's log; 0 for loaded rows. */
  static long lsn(SourceRecord record) {
    return number(record.sourceOffset().get(LSN));
  }

  /** Position of the last commit before the record; 0 before the first. */
  static long commitLsn(SourceRecord record) {
    return number(record.sourceOffset().get(LSN_COMMIT));
  }

  /** Commit time in microseconds, or {@link Long#MIN_VALUE} if the record has none. */
  static long committedAt(SourceRecord record) {
    Object micros = record.sourceOffset().get(COMMIT_MICROS);
    return micros == null ? Long.MIN_VALUE : ((Number) micros).longValue();
  }

  /** Learns a table's key, for records that do not tell it: a truncate's. */
  void learn(Table table) {
    keys.putIfAbsent(nameOf(table), List.copyOf(table.primaryKeyColumnNames()));
  }

  // The connector writes the name down and reads it back as catalog and table.
  private static String nameOf(Table table) {
    String schema = table.id().schema() != null ? table.id().schema() : table.id().catalog();
    return schema + "." + table.id().table();
  }

  /** The table that a data record is of. */
  static String tableOf(SourceRecord record) {
    Struct source = ((Struct) record.value()).getStruct(Envelope.FieldName.SOURCE);
    return source.getString("schema") + "." + source.getString("table");
  }

  /** The mark of a load's begin, or empty for a table that is not captured. */
  Optional<Change> loadBegins(Table table, TimestampData capturedAt) {
    String tableName = table.id().table();
    String schemaName = nameOf(table).substring(0, nameOf(table).length() - tableName.length() - 1);
    if (!captured.contains(nameOf(table))) {
      return Optional.empty();
    }
    List<TableSchema.Column> columns = new ArrayList<>();
    for (Column column : table.columns()) {
      columns.add(
          column(
              schemaName,
              tableName,
              column.name(),
              column.typeName(),
              column.length(),
              column.scale().orElse(-1)));
    }
    TableSchema schema =
        interned(
            new TableSchema(
                schemaName, tableName, columns, List.copyOf(table.primaryKeyColumnNames())));
    GenericRowData row = new GenericRowData(schema.arity());
    row.setField(schema.op(), Operation.LOAD.data());
    row.setField(schema.capturedAt(), capturedAt);
    return Optional.of(new Change(schema, Operation.LOAD, row));
  }

  /** The change that a data record stands for, or null for a table that is not captured. */
  @Nullable Change decode(SourceRecord record, TimestampData capturedAt) {
    TableDecoder decoder =
        decoders.computeIfAbsent(record.valueSchema(), schema -> tableDecoder(record)).orElse(null);
    return decoder == null ? null : decoder.decode(record, capturedAt);
  }

  private Optional<TableDecoder> tableDecoder(SourceRecord record) {
    Struct source = ((Struct) record.value()).getStruct(Envelope.FieldName.SOURCE);
    String schemaName = source.getString("schema");
    String tableName = source.getString("table");
    Field rows = record.valueSchema().field(Envelope.FieldName.AFTER);
    if (rows == null || !captured.contains(schemaName + "." + tableName)) {
      return Optional.empty();
    }
    List<TableSchema.Column> columns = new ArrayList<>();
    for (Field field : rows.schema().fields()) {
      requireAscii(schemaName, tableName, field.name());
      Map<String, String> parameters =
          field.schema().parameters() == null ? Map.of() : field.schema().parameters();
      columns.add(
          column(
              schemaName,
              tableName,
              field.name(),
              parameters.getOrDefault(TYPE, "text"),
              Integer.parseInt(parameters.getOrDefault(LENGTH, "-1")),
              Integer.parseInt(parameters.getOrDefault(SCALE, "-1"))));
    }
    List<String> key =
        record.keySchema() == null
            ? keys.getOrDefault(schemaName + "." + tableName, List.of())
            : record.keySchema().fields().stream().map(Field::name).toList();
    TableSchema schema = interned(new TableSchema(schemaName, tableName, columns, key));
    return Optional.of(new TableDecoder(schema, rows.schema(), masks));
  }

  /** Others are refused before the start, but a column can be added later. */
  private void requireAscii(String schema, String table, String column) {
    if (column.chars().anyMatch(letter -> letter > 127)) {
      throw new NonRecoverableException(
          new LakeException(
              ExitCode.PREFLIGHT,
              """
              Table %s.%s has a column now whose name has characters beyond ASCII, and the engine \
              flink-cdc misreads it in the changes. Rename the column, and load the source anew: \
              `lake ingest --reload %s`."""
                  .formatted(schema, table, source)));
    }
  }

  private TableSchema.Column column(
      String schema, String table, String name, String typeName, int length, int scale) {
    MaskConfig.Method mask = masks.method(schema, table, name);
    if (mask != null) {
      return new TableSchema.Column(name, Types.StringType.get(), mask);
    }
    CaptureRun.BaseType base = domains.get(unquoted(typeName));
    Type type =
        base == null
            ? PostgresTypes.of(typeName, length, Math.max(scale, 0))
            : PostgresTypes.of(base.name(), base.length(), Math.max(base.scale(), 0));
    return new TableSchema.Column(name, type, null);
  }

  // Debezium gives a type's name in upper case here and as the driver spells it there.
  static String unquoted(String typeName) {
    String name = typeName.substring(typeName.lastIndexOf('.') + 1);
    return name.replace("\"", "").toLowerCase(java.util.Locale.ROOT);
  }

  private TableSchema interned(TableSchema schema) {
    TableSchema known = versions.putIfAbsent(schema, schema);
    return known == null ? schema : known;
  }

  private static long number(@Nullable Object value) {
    return value == null ? 0L : ((Number) value).longValue();
  }

  private boolean numeric(Schema field) {
    String type =
        field.parameters() == null ? "" : unquoted(field.parameters().getOrDefault(TYPE, ""));
    CaptureRun.BaseType base = domains.get(type);
    return (base == null ? type : base.name()).equals("numeric");
  }

  /** Decodes the rows of one version of one table. */
  private final class TableDecoder {
    private final TableSchema schema;
    private final Field[] fields;
    private final ColumnDecoder[] columns;
    private final int[] key;

    TableDecoder(TableSchema schema, Schema rows, Masks masks) {
      this.schema = schema;
      this.fields = rows.fields().toArray(Field[]::new);
      this.columns = new ColumnDecoder[fields.length];
      for (int i = 0; i < fields.length; i++) {
        TableSchema.Column column = schema.columns().get(i);
        columns[i] = decoder(fields[i].schema(), column, masks);
      }
      this.key = new int[schema.key().size()];
      for (int i = 0; i < key.length; i++) {
        key[i] = rows.field(schema.key().get(i)).index();
      }
    }

    private ColumnDecoder decoder(Schema field, TableSchema.Column column, Masks masks) {
      if (column.mask() != null) {
        return masks.decoder(field, column.mask());
      }
      boolean text = column.type().typeId() == Type.TypeID.STRING;
      return text && numeric(field)
          ? ColumnDecoder.plainNumeric()
          : ColumnDecoder.of(field, column.type());
    }

    Change decode(SourceRecord record, TimestampData capturedAt) {
      Struct envelope = (Struct) record.value();
      Operation operation = operation(envelope.getString(Envelope.FieldName.OPERATION));
      GenericRowData row = new GenericRowData(schema.arity());
      switch (operation) {
        case ROW, INSERT, UPDATE -> fill(row, envelope.getStruct(Envelope.FieldName.AFTER));
        case DELETE -> fill(row, envelope.getStruct(Envelope.FieldName.BEFORE));
        case TRUNCATE, LOAD, REPLAYED -> {
          // nothing but the fact
        }
      }
      row.setField(schema.op(), operation.data());
      row.setField(schema.capturedAt(), capturedAt);
      if (operation != Operation.ROW) {
        Map<String, ?> offset = record.sourceOffset();
        row.setField(schema.commitLsn(), number(offset.get(LSN_COMMIT)));
        row.setField(schema.lsn(), offset.get(LSN));
        row.setField(schema.txId(), offset.get(TX_ID));
        row.setField(
            schema.committedAt(), ColumnDecoder.Timestamps.data(number(offset.get(COMMIT_MICROS))));
      }
      if (operation == Operation.INSERT && !record.headers().isEmpty()) {
        Header oldKey =
            record.headers().lastWithName(RelationalChangeRecordEmitter.PK_UPDATE_OLDKEY_FIELD);
        if (oldKey != null) {
          row.setField(schema.oldKey(), oldKey((Struct) oldKey.value()));
        }
      }
      return new Change(schema, operation, row);
    }

    private void fill(GenericRowData row, Struct values) {
      List<StringData> unchanged = null;
      Map<StringData, StringData> unrepresentable = null;
      for (int i = 0; i < fields.length; i++) {
        Object value = values.getWithoutDefault(fields[i].name());
        if (value == null) {
          continue;
        }
        Object decoded = columns[i].decode(value);
        if (decoded == ColumnDecoder.UNCHANGED) {
          unchanged = unchanged == null ? new ArrayList<>() : unchanged;
          unchanged.add(StringData.fromString(fields[i].name()));
        } else if (decoded instanceof Unrepresentable no) {
          unrepresentable = unrepresentable == null ? new HashMap<>() : unrepresentable;
          unrepresentable.put(
              StringData.fromString(fields[i].name()), StringData.fromString(no.text()));
        } else if (decoded != Masks.REDACTED) {
          row.setField(i, decoded);
        }
      }
      if (unchanged != null) {
        row.setField(schema.unchanged(), new GenericArrayData(unchanged.toArray()));
      }
      if (unrepresentable != null) {
        row.setField(schema.unrepresentable(), new GenericMapData(unrepresentable));
      }
    }

    private GenericRowData oldKey(Struct values) {
      GenericRowData row = new GenericRowData(key.length);
      for (int i = 0; i < key.length; i++) {
        Object decoded = columns[key[i]].decode(values.getWithoutDefault(fields[key[i]].name()));
        row.setField(i, decoded == Masks.REDACTED ? null : decoded);
      }
      return row;
    }

    private static Operation operation(String code) {
      return switch (code) {
        case "r" -> Operation.ROW;
        case "c" -> Operation.INSERT;
        case "u" -> Operation.UPDATE;
        case "d" -> Operation.DELETE;
        case "t" -> Operation.TRUNCATE;
        default -> throw new IllegalStateException("Unknown operation of Debezium: " + code);
      };
    }
  }
}
