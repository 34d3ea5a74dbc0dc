package lakehouse.ingest.parquet;

import java.io.IOException;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.BytesInput;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnDescriptor;
import org.apache.iceberg.shaded.org.apache.parquet.column.Encoding;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.DictionaryPage;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.PageWriteStore;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.PageWriter;
import org.apache.iceberg.shaded.org.apache.parquet.column.statistics.Statistics;
import org.apache.iceberg.shaded.org.apache.parquet.schema.PrimitiveType;

/**
 * A column with at most one value in each row. Its values are kept as numbers in a dictionary until
 * the dictionary is full or has shown that it does not pay; the pages from then on hold them plain.
 */
abstract class FlatColumn implements Column {
  /** A column's place: where it stands in rows, and what it is in the file. */
  record Place(int position, int fieldId, ColumnDescriptor descriptor) {
    PrimitiveType type() {
      return descriptor.getPrimitiveType();
    }

    boolean optional() {
      return descriptor.getMaxDefinitionLevel() > 0;
    }
  }

  final int position;
  private final Place place;
  private final Limits limits;
  private final int pageRows;
  private final int pageBytes;
  private final ColumnHabits habits;

  /** 1 for a value, 0 for null. */
  private final Runs levels = new Runs();

  private final Runs indexes = new Runs();
  private final PlainBytes plain;
  private PageWriter pages;
  private int rows;
  private int nulls;
  private int values;
  private boolean byDictionary;
  private long dictionaryValues;
  private long rowsOfFile;
  private long nullsOfFile;

  @SuppressWarnings("NullAway") // nothing is written before a row group begins
  FlatColumn(Place place, Limits limits, ColumnHabits habits, PlainBytes plain) {
    this.place = place;
    this.position = place.position();
    this.limits = limits;
    this.pageRows = limits.pageRows();
    this.pageBytes = limits.pageBytes();
    this.habits = habits;
    this.plain = plain;
  }

  @Override
  public final void begin(PageWriteStore store) {
    pages = store.getPageWriter(place.descriptor());
    dictionaryValues = 0;
    byDictionary = habits.repeats(place.fieldId()) && beginDictionary();
  }

  @Override
  public final void write(RowData row) throws IOException {
    if (row.isNullAt(position)) {
      levels.add(0);
      nulls++;
    } else {
      writePresent(row);
      levels.add(1);
      values++;
    }
    rows++;
    if (rows >= pageRows || plain.size() >= pageBytes) {
      endPage();
    }
  }

  /** Adds a value: its index where the dictionary takes it, else to {@link #plain}. */
  abstract void writePresent(RowData row) throws IOException;

  final PlainBytes plain() {
    return plain;
  }

  final void addIndex(int index) {
    indexes.add(index);
  }

  /** Whether values have indexes. */
  final boolean byDictionary() {
    return byDictionary;
  }

  /** Whether a value of so many bytes gets an index; once one does not, none after it does. */
  final boolean dictionaryTakes(int bytes) throws IOException {
    if (byDictionary && dictionaryBytes() + bytes > limits.dictionaryBytes()) {
      endPage(); // the row that is being written is not of it
      byDictionary = false;
    }
    return byDictionary;
  }

  final int fieldId() {
    return place.fieldId();
  }

  final long rowsOfFile() {
    return rowsOfFile;
  }

  final long nullsOfFile() {
    return nullsOfFile;
  }

  /** Makes an empty dictionary; false for a type that has none. */
  abstract boolean beginDictionary();

  abstract int dictionarySize();

  abstract int dictionaryBytes();

  abstract BytesInput dictionaryValues();

  /** Tells the page's values besides nulls to its statistics, and forgets them. */
  abstract void endStatistics(Statistics<?> statistics);

  private void endPage() throws IOException {
    if (rows == 0) {
      return;
    }
    Statistics<?> statistics = Statistics.createStats(place.type());
    statistics.incrementNumNulls(nulls);
    if (values > 0) {
      endStatistics(statistics);
    }
    BytesInput page;
    Encoding encoding;
    if (byDictionary && values > 0) {
      int bits = 32 - Integer.numberOfLeadingZeros(dictionarySize() - 1);
      page = BytesInput.concat(BytesInput.from(new byte[] {(byte) bits}), indexes.encode(bits));
      encoding = Encoding.PLAIN_DICTIONARY;
      dictionaryValues += values;
    } else {
      page = plain.view();
      encoding = Encoding.PLAIN;
    }
    if (place.optional()) {
      page = BytesInput.concat(Runs.afterItsLength(levels.encode(1)), page);
    }
    pages.writePage(
        page,
        rows,
        rows,
        statistics,
        Encoding.BIT_PACKED,
        place.optional() ? Encoding.RLE : Encoding.BIT_PACKED,
        encoding);
    byDictionary =
        byDictionary && habits.repeats(place.fieldId(), dictionaryValues, dictionarySize());
    rowsOfFile += rows;
    nullsOfFile += nulls;
    levels.clear();
    indexes.clear();
    plain.clear(pageBytes);
    rows = 0;
    nulls = 0;
    values = 0;
  }

  @Override
  public final void end() throws IOException {
    endPage();
    if (dictionaryValues > 0) {
      pages.writeDictionaryPage(
          new DictionaryPage(dictionaryValues(), dictionarySize(), Encoding.PLAIN_DICTIONARY));
    }
  }

  @Override
  public final long bufferedBytes() {
    long dictionary = byDictionary || dictionaryValues > 0 ? dictionaryBytes() : 0;
    return pages.getMemSize() + plain.size() + levels.bytes() + indexes.bytes() + dictionary;
  }
}
