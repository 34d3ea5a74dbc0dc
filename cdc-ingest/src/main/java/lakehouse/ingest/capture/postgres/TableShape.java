package lakehouse.ingest.capture.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Optional;

/**
 * What is kept of a table beside its rows in the lake, so that a later process knows what they were
 * like, whatever has happened to the table since.
 *
 * @param oid the table's oid
 * @param schema the schema's name
 * @param name the table's name
 * @param columns the columns in their order
 * @param key the names of the key's columns in the key's order
 * @param leaves where the rows lie
 */
record TableShape(
    int oid,
    String schema,
    String name,
    List<Column> columns,
    List<String> key,
    List<SourceTable.Leaf> leaves) {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * A column.
   *
   * @param type oid of its type, domains resolved
   * @param modifier the type's modifier
   */
  record Column(String name, int type, int modifier) {}

  /** The shape of a table as text. */
  static String text(SourceTable table) {
    TableShape shape =
        new TableShape(
            table.oid(),
            table.schema(),
            table.name(),
            table.columns().stream()
                .map(
                    column ->
                        new Column(column.name(), column.type().oid(), column.type().modifier()))
                .toList(),
            table.key(),
            table.leaves());
    try {
      return JSON.writeValueAsString(shape);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The table of a shape; empty if the text is none that we wrote.
   *
   * @param types the types of now
   */
  static Optional<SourceTable> table(String text, TypeCatalog types) {
    try {
      TableShape shape = JSON.readValue(text, TableShape.class);
      return Optional.of(
          new SourceTable(
              shape.oid(),
              shape.schema(),
              shape.name(),
              shape.columns().stream()
                  .map(
                      column ->
                          new SourceTable.Column(
                              column.name(), types.type(column.type(), column.modifier())))
                  .toList(),
              shape.key(),
              null,
              shape.leaves()));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
