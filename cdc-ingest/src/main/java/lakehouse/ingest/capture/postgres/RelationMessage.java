package lakehouse.ingest.capture.postgres;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import lakehouse.ingest.type.Wire;

/**
 * A table as the stream describes it.
 *
 * @param identity as in {@code pg_class.relreplident}
 */
record RelationMessage(String schema, String name, char identity, List<Sent> columns) {
  /**
   * A column as the stream describes it.
   *
   * @param identifies whether it is of the table's identity
   */
  record Sent(String name, int type, int modifier, boolean identifies) {}

  RelationMessage {
    columns = List.copyOf(columns);
  }

  /** Reads one from behind its oid: schema, name, identity, and the columns. */
  static RelationMessage read(byte[] bytes, int offset) {
    Cursor cursor = new Cursor(bytes, offset);
    String schema = cursor.text();
    String name = cursor.text();
    char identity = (char) cursor.one();
    int count = cursor.two();
    List<Sent> columns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean identifies = cursor.one() == 1;
      columns.add(new Sent(cursor.text(), cursor.four(), cursor.four(), identifies));
    }
    return new RelationMessage(schema.isEmpty() ? "pg_catalog" : schema, name, identity, columns);
  }

  String qualifiedName() {
    return schema + "." + name;
  }

  /** The columns that are sent of a row's old state; all of them where the identity is full. */
  Set<String> identityColumns() {
    return columns.stream()
        .filter(Sent::identifies)
        .map(Sent::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static final class Cursor {
    private final byte[] bytes;
    private int at;

    Cursor(byte[] bytes, int at) {
      this.bytes = bytes;
      this.at = at;
    }

    byte one() {
      return bytes[at++];
    }

    int two() {
      at += 2;
      return Wire.int16(bytes, at - 2);
    }

    int four() {
      at += 4;
      return Wire.int32(bytes, at - 4);
    }

    String text() {
      int from = at;
      while (bytes[at] != 0) {
        at++;
      }
      return new String(bytes, from, at++ - from, StandardCharsets.UTF_8);
    }
  }
}
