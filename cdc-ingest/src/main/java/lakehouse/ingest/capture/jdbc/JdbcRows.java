package lakehouse.ingest.capture.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.ContractColumn;
import lakehouse.ingest.capture.RejectedValueException;
import lakehouse.ingest.capture.jdbc.JdbcValues.Read;
import lakehouse.ingest.event.ChangeEvent.Rejected.Reason;
import lakehouse.ingest.event.TableSchema;
import org.apache.flink.connector.jdbc.source.reader.extractor.ResultExtractor;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of one table from a result that has all of its columns in their order. It never leaves
 * the process. Not for use by many threads.
 */
@SuppressWarnings("serial") // the connector's interface is serializable
final class JdbcRows implements ResultExtractor<JdbcRow> {
  private static final JsonMapper JSON = new JsonMapper();

  private final transient JdbcTable table;
  private final transient ColumnMasks masks;

  /** One for each column; null where it has no rules. */
  private final transient List<@Nullable ContractColumn> contracts = new ArrayList<>();

  JdbcRows(JdbcTable table, ColumnMasks masks) {
    this.table = table;
    this.masks = masks;
    for (JdbcColumn column : table.columns()) {
      contracts.add(
          column.contract() == null ? null : new ContractColumn(column.contract(), false, null));
    }
  }

  @Override
  public JdbcRow extract(ResultSet result) throws SQLException {
    List<JdbcColumn> columns = table.columns();
    TableSchema schema = table.schema();
    GenericRowData row = new GenericRowData(schema.arity());
    Map<StringData, StringData> unrepresentable = null;
    Reason fault = null;
    int bytes = 0;
    for (int i = 0; i < columns.size(); i++) {
      JdbcColumn column = columns.get(i);
      Read read = read(result, i + 1, column);
      row.setField(i, read.value());
      bytes += size(read);
      if (read.text() != null) {
        unrepresentable = unrepresentable == null ? new TreeMap<>() : unrepresentable;
        unrepresentable.put(
            StringData.fromString(column.name()), StringData.fromString(read.text()));
      }
      if (read.value() == null && schema.key().contains(column.name())) {
        fault = fault(column, read);
      }
      ContractColumn contract = contracts.get(i);
      if (contract != null && fault == null) {
        fault = broken(column, contract, result.getString(i + 1), read);
      }
    }
    if (unrepresentable != null) {
      row.setField(schema.unrepresentable(), new GenericMapData(unrepresentable));
    }
    return new JdbcRow(row, bytes, fault, fault == null ? null : text(result));
  }

  private Read read(ResultSet result, int i, JdbcColumn column) throws SQLException {
    if (column.mask() == null) {
      return JdbcValues.read(result, i, column.type());
    }
    String text = column.mask() == MaskConfig.Method.REDACT ? null : result.getString(i);
    return new Read(text == null ? null : StringData.fromString(masks.token(text)), null);
  }

  private static Reason fault(JdbcColumn column, Read read) {
    return read.text() == null
        ? new Reason(
            "key-missing", "Column %s is of the key and has no value.".formatted(column.name()))
        : new Reason(
            "key-unrepresentable",
            "Column %s is of the key, and its value is none of the type %s."
                .formatted(column.name(), column.type()));
  }

  // A value is held against its rules in clear; one that is hidden has no bounds.
  private static @Nullable Reason broken(
      JdbcColumn column, ContractColumn contract, @Nullable String text, Read read) {
    try {
      contract.check(text, column.mask() == null ? read.value() : null);
      return null;
    } catch (RejectedValueException e) {
      return new Reason(e.rule().name().toLowerCase(Locale.ROOT), e.getMessage());
    }
  }

  private static int size(Read read) {
    int size = 16;
    if (read.text() != null) {
      size += read.text().length();
    } else if (read.value() instanceof StringData text) {
      size += text.toString().length();
    } else if (read.value() instanceof byte[] bytes) {
      size += bytes.length;
    }
    return size;
  }

  private String text(ResultSet result) throws SQLException {
    ObjectNode object = JSON.createObjectNode();
    for (int i = 0; i < table.columns().size(); i++) {
      JdbcColumn column = table.columns().get(i);
      object.put(column.name(), shown(result, i + 1, column));
    }
    try {
      return JSON.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private @Nullable String shown(ResultSet result, int i, JdbcColumn column) throws SQLException {
    if (column.mask() == MaskConfig.Method.REDACT) {
      return null;
    }
    String text = result.getString(i);
    return text == null || column.mask() == null ? text : masks.token(text);
  }
}
