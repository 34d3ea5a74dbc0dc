package lakehouse.ingest.capture.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import lakehouse.ingest.capture.ContractColumn;
import lakehouse.ingest.capture.RejectedValueException;
import org.apache.flink.table.data.GenericRowData;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a Parquet file. A value is taken by its text, so that the rules are the same as for
 * lines; what is nested is taken as JSON.
 */
final class ParquetDrop implements RecordReader {
  private static final JsonMapper JSON = new JsonMapper();

  private final DropFile file;
  private final FileTable table;
  private final Map<String, Integer> positions = new HashMap<>();
  private @Nullable CloseableIterable<Record> rows;
  private @Nullable CloseableIterator<Record> next;
  private List<Types.NestedField> fields = List.of();
  private long position;
  private FileRecord.@Nullable End unread;

  ParquetDrop(InputFile input, DropFile file, FileTable table) {
    this.file = file;
    this.table = table;
    for (int i = 0; i < table.columns().size(); i++) {
      positions.put(table.columns().get(i).name(), i);
    }
    try {
      open(input);
    } catch (IOException | RuntimeException e) {
      StoredFile.requireReadable(e);
      unread = new FileRecord.End(file, 1, TakeStatus.DAMAGED, "the file is no whole Parquet file");
    }
  }

  private void open(InputFile input) throws IOException {
    Schema schema;
    try (ParquetFileReader reader = ParquetFileReader.open(new ParquetInput(input))) {
      schema = ParquetSchemaUtil.convert(reader.getFooter().getFileMetaData().getSchema());
    }
    fields = schema.columns();
    List<String> missing =
        table.columns().stream()
            .filter(column -> column.required() && schema.findField(column.name()) == null)
            .map(ContractColumn::name)
            .toList();
    if (!missing.isEmpty()) {
      unread =
          new FileRecord.End(
              file,
              1,
              TakeStatus.REFUSED,
              "the file does not have the columns %s, which need a value".formatted(missing));
      return;
    }
    rows =
        Parquet.read(input)
            .project(schema)
            .withNameMapping(MappingUtil.create(schema))
            .createReaderFunc(found -> GenericParquetReaders.buildReader(schema, found))
            .build();
    next = rows.iterator();
  }

  @Override
  public @Nullable FileRecord next(long ordinal) {
    if (unread != null) {
      return unread;
    }
    try {
      if (!next.hasNext()) {
        return null;
      }
      Record record = next.next();
      position++;
      return new FileRecord.Row(file, ordinal, position, row(record));
    } catch (RejectedValueException e) {
      return new FileRecord.Rejected(file, ordinal, position, e.rule(), e.getMessage(), null);
    } catch (RuntimeException e) {
      StoredFile.requireReadable(e);
      return new FileRecord.End(
          file,
          ordinal,
          TakeStatus.DAMAGED,
          "the Parquet file is damaged after row %d".formatted(position));
    }
  }

  private GenericRowData row(Record record) throws RejectedValueException {
    GenericRowData row = new GenericRowData(table.schema().arity());
    ExtraFields extra = null;
    for (int i = 0; i < fields.size(); i++) {
      String text = text(record.get(i));
      Integer column = positions.get(fields.get(i).name());
      if (column != null) {
        row.setField(column, table.columns().get(column).of(text));
      } else if (text != null) {
        extra = extra == null ? new ExtraFields() : extra;
        extra.addJson(fields.get(i).name(), json(plain(record.get(i))));
      }
    }
    row.setField(table.extra(), ExtraFields.text(extra));
    return row;
  }

  private static @Nullable String text(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof Record || value instanceof List || value instanceof Map) {
      return json(plain(value));
    }
    return plain(value).toString();
  }

  private static String json(Object plain) {
    try {
      return JSON.writeValueAsString(plain);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object plain(@Nullable Object value) {
    if (value instanceof Record record) {
      Map<String, Object> fields = new LinkedHashMap<>();
      record
          .struct()
          .fields()
          .forEach(field -> fields.put(field.name(), plain(record.getField(field.name()))));
      return fields;
    } else if (value instanceof List<?> list) {
      return list.stream().map(ParquetDrop::plain).collect(Collectors.toList());
    } else if (value instanceof Map<?, ?> map) {
      Map<String, Object> entries = new LinkedHashMap<>();
      map.forEach((key, inner) -> entries.put(key.toString(), plain(inner)));
      return entries;
    } else if (value instanceof java.nio.ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      return java.util.Base64.getEncoder().encodeToString(copy);
    } else if (value instanceof byte[] bytes) {
      return java.util.Base64.getEncoder().encodeToString(bytes);
    } else if (value instanceof java.math.BigDecimal decimal) {
      return decimal.toPlainString();
    }
    return value instanceof Number || value instanceof Boolean || value == null
        ? value
        : value.toString();
  }

  @Override
  public boolean skip() {
    if (unread != null) {
      return false;
    }
    try {
      if (!next.hasNext()) {
        return false;
      }
      next.next();
    } catch (RuntimeException e) {
      StoredFile.requireReadable(e);
      return false; // here its end was told of before
    }
    position++;
    return true;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    if (next != null) {
      next.close();
    }
    if (rows != null) {
      rows.close();
    }
  }
}
