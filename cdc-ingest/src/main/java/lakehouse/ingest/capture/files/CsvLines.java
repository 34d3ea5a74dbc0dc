package lakehouse.ingest.capture.files;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import lakehouse.ingest.capture.ContractColumn;
import lakehouse.ingest.capture.RejectedValueException;
import lakehouse.ingest.capture.RejectionRule;
import org.apache.flink.table.data.GenericRowData;
import org.jspecify.annotations.Nullable;

/**
 * CSV lines: the columns by the names in the first line, or in their order where there is none. A
 * value that is empty is none.
 */
final class CsvLines implements LineDecoder {
  private final FileTable table;
  private final LineText text;
  private final CsvFactory csv =
      CsvFactory.builder().enable(CsvParser.Feature.EMPTY_STRING_AS_NULL).build();

  private final CsvSchema form;

  /** Which column stands where in a line; -1 for one that is no column of the table. */
  private int[] positions;

  private String[] names;

  CsvLines(FileTable table) {
    this.table = table;
    this.text = new LineText(table.config().encoding());
    this.form =
        CsvSchema.emptySchema()
            .withColumnSeparator(table.config().delimiter().charAt(0))
            .withQuoteChar('"');
    this.names = table.columns().stream().map(ContractColumn::name).toArray(String[]::new);
    this.positions = new int[names.length];
    Arrays.setAll(positions, i -> i);
  }

  @Override
  public boolean hasHeader() {
    return table.config().header();
  }

  @Override
  public void header(byte[] bytes, int offset, int length) throws RejectedValueException {
    @Nullable String[] header = values(bytes, offset, length);
    List<String> columns = table.columns().stream().map(ContractColumn::name).toList();
    positions = new int[header.length];
    names = new String[header.length];
    HashSet<String> found = new HashSet<>();
    for (int i = 0; i < header.length; i++) {
      names[i] = header[i] == null ? "column " + (i + 1) : header[i].strip();
      positions[i] = columns.indexOf(names[i]);
      if (!found.add(names[i])) {
        throw new RejectedValueException(
            RejectionRule.SYNTAX, "the first line names a column twice, at value " + (i + 1));
      }
    }
    List<String> missing =
        table.columns().stream()
            .filter(column -> column.required() && !found.contains(column.name()))
            .map(ContractColumn::name)
            .toList();
    if (!missing.isEmpty()) {
      throw new RejectedValueException(
          RejectionRule.REQUIRED,
          "the first line does not name the columns %s, which need a value".formatted(missing));
    }
  }

  @Override
  public GenericRowData decode(byte[] bytes, int offset, int length) throws RejectedValueException {
    @Nullable String[] line = values(bytes, offset, length);
    if (line.length != positions.length) {
      throw new RejectedValueException(
          RejectionRule.SYNTAX,
          "the line has %d values, and not %d".formatted(line.length, positions.length));
    }
    GenericRowData row = new GenericRowData(table.schema().arity());
    ExtraFields extra = null;
    for (int i = 0; i < line.length; i++) {
      int position = positions[i];
      if (position >= 0) {
        row.setField(position, table.columns().get(position).of(line[i]));
      } else if (line[i] != null) {
        extra = extra == null ? new ExtraFields() : extra;
        extra.add(names[i], line[i]);
      }
    }
    row.setField(table.extra(), ExtraFields.text(extra));
    return row;
  }

  private @Nullable String[] values(byte[] bytes, int offset, int length)
      throws RejectedValueException {
    List<@Nullable String> found = new ArrayList<>(positions.length);
    try (CsvParser parser = csv.createParser(text.of(bytes, offset, length))) {
      parser.setSchema(form);
      parser.nextToken(); // the begin of the line's values
      for (JsonToken token = parser.nextToken();
          token != null && token != JsonToken.END_ARRAY;
          token = parser.nextToken()) {
        found.add(token == JsonToken.VALUE_NULL ? null : parser.getText());
      }
      if (parser.nextToken() != null) {
        throw new RejectedValueException(
            RejectionRule.SYNTAX, "the line has a carriage return amid it, which ends a line too");
      }
    } catch (IOException e) {
      throw new RejectedValueException(
          RejectionRule.SYNTAX,
          "the line is no CSV: a quote is not closed, or stands amid a value");
    }
    return found.toArray(String[]::new);
  }
}
