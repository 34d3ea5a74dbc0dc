package lakehouse.ingest.capture.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lakehouse.ingest.capture.ContractColumn;
import lakehouse.ingest.capture.RejectedValueException;
import lakehouse.ingest.capture.RejectionRule;
import org.apache.flink.table.data.GenericRowData;
import org.jspecify.annotations.Nullable;

/** One JSON object a line. What is no column goes to {@code _extra}. */
final class JsonLines implements LineDecoder {
  /** What is nested deeper is refused before it can cost a stack or a heap. */
  private static final int MAX_DEPTH = 100;

  private final FileTable table;
  private final LineText text;
  private final Map<String, Integer> positions = new HashMap<>();
  private final JsonFactory json;
  private final boolean[] seen;

  JsonLines(FileTable table) {
    this.table = table;
    this.text = new LineText(table.config().encoding());
    List<ContractColumn> columns = table.columns();
    for (int i = 0; i < columns.size(); i++) {
      positions.put(columns.get(i).name(), i);
    }
    this.seen = new boolean[columns.size()];
    this.json =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength((int) table.config().maxLineBytes())
                    .build())
            .build();
  }

  @Override
  public GenericRowData decode(byte[] bytes, int offset, int length) throws RejectedValueException {
    try (JsonParser parser = json.createParser(text.of(bytes, offset, length))) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new RejectedValueException(RejectionRule.SYNTAX, "the line is no JSON object");
      }
      GenericRowData row = object(parser);
      if (parser.nextToken() != null) {
        throw new RejectedValueException(
            RejectionRule.SYNTAX, "the line has more than one JSON object");
      }
      return row;
    } catch (StreamConstraintsException e) {
      throw new RejectedValueException(
          RejectionRule.SIZE,
          "the JSON is nested deeper than %d levels, or has a number of more than 1000 digits"
              .formatted(MAX_DEPTH));
    } catch (IOException e) {
      throw new RejectedValueException(RejectionRule.SYNTAX, "the line is no complete JSON object");
    }
  }

  private GenericRowData object(JsonParser parser) throws IOException, RejectedValueException {
    GenericRowData row = new GenericRowData(table.schema().arity());
    java.util.Arrays.fill(seen, false);
    ExtraFields extra = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.getCurrentName();
      Integer position = positions.get(name);
      parser.nextToken();
      if (position == null) {
        extra = extra == null ? new ExtraFields() : extra;
        requireOnce(!extra.add(name, parser), name, false);
      } else {
        requireOnce(seen[position], name, true);
        seen[position] = true;
        row.setField(position, table.columns().get(position).of(value(parser)));
      }
    }
    for (int i = 0; i < seen.length; i++) {
      if (!seen[i]) {
        row.setField(i, table.columns().get(i).of(null));
      }
    }
    row.setField(table.extra(), ExtraFields.text(extra));
    return row;
  }

  private static void requireOnce(boolean again, String name, boolean column)
      throws RejectedValueException {
    if (again) {
      throw new RejectedValueException(
          RejectionRule.SYNTAX,
          column ? "column %s stands twice".formatted(name) : "a field stands twice");
    }
  }

  /** A text as it is, anything else as JSON; null for null. */
  private @Nullable String value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NULL -> null;
      case START_OBJECT, START_ARRAY -> ExtraFields.json(parser);
      default -> parser.getText();
    };
  }
}
