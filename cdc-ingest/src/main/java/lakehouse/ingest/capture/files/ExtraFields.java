package lakehouse.ingest.capture.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import lakehouse.ingest.capture.ContractColumn;
import lakehouse.ingest.capture.RejectedValueException;
import org.apache.flink.table.data.StringData;
import org.jspecify.annotations.Nullable;

/** What a row has beside its columns: the text of a JSON object, by which rows can be compared. */
final class ExtraFields {
  private static final JsonFactory JSON = new JsonFactory();

  private final StringWriter text = new StringWriter();
  private final JsonGenerator object;
  private final Set<String> names = new HashSet<>();

  ExtraFields() {
    try {
      object = JSON.createGenerator(text);
      object.writeStartObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Adds what the parser is at.
   *
   * @return whether there is none of that name yet
   */
  boolean add(String name, JsonParser value) throws IOException {
    object.writeFieldName(name);
    copy(value, object);
    return names.add(name);
  }

  /** Adds a text. */
  void add(String name, String value) {
    try {
      object.writeStringField(name, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds a value that is JSON. */
  void addJson(String name, String value) {
    try {
      object.writeFieldName(name);
      object.writeRawValue(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of some fields; null for none. */
  static @Nullable StringData text(@Nullable ExtraFields fields) throws RejectedValueException {
    if (fields == null) {
      return null;
    }
    try {
      fields.object.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ContractColumn.text(fields.text.toString());
  }

  /** The JSON that a parser is at, as text; numbers keep all their digits. */
  static String json(JsonParser parser) throws IOException {
    StringWriter written = new StringWriter();
    try (JsonGenerator generator = JSON.createGenerator(written)) {
      copy(parser, generator);
    }
    return written.toString();
  }

  // Jackson's copy of a whole structure takes a number with a point for a double.
  private static void copy(JsonParser from, JsonGenerator to) throws IOException {
    int depth = 0;
    do {
      if (from.currentToken().isStructStart()) {
        depth++;
      } else if (from.currentToken().isStructEnd()) {
        depth--;
      }
      to.copyCurrentEventExact(from);
    } while (depth > 0 && from.nextToken() != null);
  }
}
