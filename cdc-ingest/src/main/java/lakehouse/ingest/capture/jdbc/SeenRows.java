package lakehouse.ingest.capture.jdbc;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;

/**
 * The rows that the next reading meets again since it looks back: equal ones are not handed out a
 * second time. What is not remembered is only handed out again, and equal after the merge. Safe for
 * use by many threads.
 */
final class SeenRows {
  private static final int MOST = 1_000_000;

  private Map<Digest, Digest> before = Map.of();
  private Map<Digest, Digest> now = new HashMap<>();

  /** 128 bits that stand for values. */
  record Digest(long high, long low) {
    static Digest of(Iterable<?> values) {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Object value : values) {
          byte[] bytes =
              value instanceof byte[] binary
                  ? binary
                  : String.valueOf(value).getBytes(StandardCharsets.UTF_8);
          digest.update((byte) (value == null ? 0 : 1));
          digest.update(
              new byte[] {
                (byte) (bytes.length >>> 24),
                (byte) (bytes.length >>> 16),
                (byte) (bytes.length >>> 8),
                (byte) bytes.length
              });
          digest.update(bytes);
        }
        java.nio.ByteBuffer hash = java.nio.ByteBuffer.wrap(digest.digest());
        return new Digest(hash.getLong(), hash.getLong());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("SHA-256 is in every JDK", e);
      }
    }
  }

  /** The digest of a row's key. */
  static Digest key(JdbcTable table, GenericRowData row) {
    List<String> names = table.schema().key();
    return Digest.of(names.stream().map(name -> row.getField(position(table, name))).toList());
  }

  private static int position(JdbcTable table, String column) {
    for (int i = 0; i < table.columns().size(); i++) {
      if (table.columns().get(i).name().equals(column)) {
        return i;
      }
    }
    throw new IllegalStateException("no column " + column);
  }

  /** Whether a row is equal to the one of its key that the last reading met. */
  synchronized boolean sawBefore(JdbcTable table, GenericRowData row) {
    return content(table, row).equals(before.get(key(table, row)));
  }

  /** Keeps a row that the next reading will meet. */
  synchronized void remember(JdbcTable table, GenericRowData row) {
    if (now.size() < MOST) {
      now.put(key(table, row), content(table, row));
    }
  }

  /** Whether the last reading met a row that cannot be taken; keeps it for the next one. */
  synchronized boolean sawFaultBefore(String text) {
    Digest fault = Digest.of(List.of("fault", text));
    if (now.size() < MOST) {
      now.put(fault, fault);
    }
    return before.containsKey(fault);
  }

  private static Digest content(JdbcTable table, GenericRowData row) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < table.columns().size(); i++) {
      values.add(row.getField(i));
    }
    if (row.getField(table.schema().unrepresentable()) instanceof GenericMapData texts) {
      values.add(Arrays.toString(((GenericArrayData) texts.keyArray()).toObjectArray()));
      values.add(Arrays.toString(((GenericArrayData) texts.valueArray()).toObjectArray()));
    }
    return Digest.of(values);
  }

  /** A row is gone: should it come again, it is new. */
  synchronized void forget(Digest key) {
    if (before.containsKey(key)) {
      before.remove(key);
    }
  }

  /** A reading ends. */
  synchronized void next() {
    before = now;
    now = new HashMap<>();
  }
}
