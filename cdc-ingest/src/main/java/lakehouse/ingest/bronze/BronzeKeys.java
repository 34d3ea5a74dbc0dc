package lakehouse.ingest.bronze;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.event.TableSchema;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/** Tells by their key which rows a bronze table has, as its change log says. */
public final class BronzeKeys {
  private BronzeKeys() {}

  /** A change's place in the order. */
  private record Place(int epoch, long commitLsn, long seq) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
        Comparator.comparingInt(Place::epoch)
            .thenComparingLong(Place::commitLsn)
            .thenComparingLong(Place::seq);

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  /** The last change of a key. */
  private record Last(Place place, boolean deleted) {}

  /**
   * Reads the whole log, but only the key's columns. What is wanted is held in memory meanwhile.
   *
   * @param wanted whether a key is asked for: its columns in the key's order
   */
  public static void read(
      LakeCatalog catalog,
      String source,
      TableSchema schema,
      Predicate<RowData> wanted,
      Consumer<RowData> output) {
    TableIdentifier name = Layer.BRONZE.table(source, schema.schema(), schema.table());
    if (!catalog.iceberg().tableExists(name)) {
      return;
    }
    Table table = catalog.iceberg().loadTable(name);
    List<String> columns = new ArrayList<>(schema.key());
    columns.addAll(
        List.of(
            ChangeColumns.OP, ChangeColumns.EPOCH, ChangeColumns.COMMIT_LSN, ChangeColumns.SEQ));
    Map<RowData, Last> last = new HashMap<>();
    Place marker = null;
    try (CloseableIterable<Record> rows = IcebergGenerics.read(table).select(columns).build()) {
      for (Record row : rows) {
        String operation = (String) row.getField(ChangeColumns.OP);
        Place place =
            new Place(
                (Integer) row.getField(ChangeColumns.EPOCH),
                (Long) row.getField(ChangeColumns.COMMIT_LSN),
                (Long) row.getField(ChangeColumns.SEQ));
        if (operation.equals("l") || operation.equals("t")) {
          marker = marker == null || place.compareTo(marker) > 0 ? place : marker;
          continue;
        }
        if (operation.equals("p")) {
          continue;
        }
        RowData key = key(schema, row);
        if (wanted.test(key)) {
          last.merge(
              key,
              new Last(place, operation.equals("d")),
              (one, other) -> one.place().compareTo(other.place()) > 0 ? one : other);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Place begin = marker;
    last.forEach(
        (key, change) -> {
          if (!change.deleted() && (begin == null || change.place().compareTo(begin) > 0)) {
            output.accept(key);
          }
        });
  }

  private static RowData key(TableSchema schema, Record record) {
    GenericRowData key = new GenericRowData(schema.key().size());
    for (int i = 0; i < schema.key().size(); i++) {
      key.setField(i, flinkValue(record.getField(schema.key().get(i))));
    }
    return key;
  }

  /** A value as rows of events hold it. */
  private static @Nullable Object flinkValue(@Nullable Object value) {
    if (value instanceof CharSequence text) {
      return StringData.fromString(text.toString());
    } else if (value instanceof BigDecimal decimal) {
      return DecimalData.fromBigDecimal(decimal, 38, decimal.scale());
    } else if (value instanceof LocalDate date) {
      return Math.toIntExact(date.toEpochDay());
    } else if (value instanceof LocalDateTime timestamp) {
      return TimestampData.fromInstant(timestamp.toInstant(ZoneOffset.UTC));
    } else if (value instanceof OffsetDateTime timestamp) {
      return TimestampData.fromInstant(timestamp.toInstant());
    } else if (value instanceof ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      return copy;
    }
    return value;
  }
}
