package lakehouse.ingest.capture.postgres;

import java.util.ArrayList;
import java.util.List;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.postgres.SourceTable.Column;
import lakehouse.ingest.event.TableSchema;
import lakehouse.ingest.type.TokenDecoder;
import lakehouse.ingest.type.ValueDecoder;
import lakehouse.ingest.type.ValueDecoders;
import org.apache.flink.table.data.StringData;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * One version of a table with the decoders of its columns, in one of the wire forms. One instance
 * for each version, so that writers find theirs by the identity of its schema.
 */
final class RowLayout {
  /** The wire forms that rows come in. */
  enum Form {
    /** {@code COPY} in binary, where a column without known binary form is selected as text. */
    LOAD,
    /** The stream with the option {@code binary}: all columns have a known binary form. */
    STREAM_BINARY,
    STREAM_TEXT
  }

  private final TableSchema schema;
  private final ValueDecoder[] decoders;
  private final boolean[] redacted;
  private final int[] plainFrom;
  private final StringData[] names;
  private final int[] key;

  RowLayout(
      String schema,
      String table,
      List<Column> columns,
      List<String> key,
      Form form,
      ColumnMasks masks) {
    this(schema, table, columns, key, form, masks, null);
  }

  /** The layout of a table whose shape is kept with its rows. */
  static RowLayout of(SourceTable table, Form form, ColumnMasks masks) {
    return new RowLayout(
        table.schema(),
        table.name(),
        table.columns(),
        table.key(),
        form,
        masks,
        TableShape.text(table));
  }

  private RowLayout(
      String schema,
      String table,
      List<Column> columns,
      List<String> key,
      Form form,
      ColumnMasks masks,
      @Nullable String shape) {
    int count = columns.size();
    this.decoders = new ValueDecoder[count];
    this.redacted = new boolean[count];
    this.plainFrom = new int[count];
    this.names = new StringData[count];
    List<TableSchema.Column> described = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Column column = columns.get(i);
      ValueDecoder decoder =
          form != Form.STREAM_TEXT && ValueDecoders.readsBinary(column.type())
              ? ValueDecoders.binary(column.type())
              : ValueDecoders.text(column.type());
      MaskConfig.Method mask = masks.method(schema, table, column.name()).orElse(null);
      redacted[i] = mask == MaskConfig.Method.REDACT;
      decoders[i] =
          mask == MaskConfig.Method.TOKEN ? new TokenDecoder(decoder, masks::token) : decoder;
      plainFrom[i] = decoders[i].plainFrom();
      names[i] = StringData.fromString(column.name());
      described.add(
          new TableSchema.Column(
              column.name(),
              mask == null ? ValueDecoders.bronzeType(column.type()) : Types.StringType.get(),
              mask));
    }
    this.schema = new TableSchema(schema, table, described, key, shape);
    this.key =
        key.stream()
            .mapToInt(name -> columns.stream().map(Column::name).toList().indexOf(name))
            .toArray();
  }

  /** The version that this is the layout of. */
  TableSchema schema() {
    return schema;
  }

  int columns() {
    return decoders.length;
  }

  ValueDecoder decoder(int column) {
    return decoders[column];
  }

  /** Whether the column's values are left out. */
  boolean redacted(int column) {
    return redacted[column];
  }

  /** Behind how many of its bytes a column's value stands as it is; -1 if it does not. */
  int plainFrom(int column) {
    return plainFrom[column];
  }

  StringData name(int column) {
    return names[column];
  }

  /** Whether the column is one of the key's. */
  boolean isKey(int column) {
    return java.util.Arrays.stream(key).anyMatch(k -> k == column);
  }

  /** Rows whose keys are null, with their values beside, would become one. */
  LakeException unfitKey(int column) {
    TableSchema.Column described = schema.columns().get(column);
    return new LakeException(
        ExitCode.DATA_CHECK,
        """
        The capture stopped at table %s: column %s is of the key, and a row has a value in it that \
        the lake's type %s cannot hold, such as infinity or NaN.
        Rows would no longer be told apart. Name the table under `exclude`, or choose another \
        index: ALTER TABLE … REPLICA IDENTITY USING INDEX …;"""
            .formatted(schema.qualifiedName(), described.name(), described.type()));
  }

  /** Positions of the key's columns, in the key's order. */
  int[] key() {
    return key;
  }
}
