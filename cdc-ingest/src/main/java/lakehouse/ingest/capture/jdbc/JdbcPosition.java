package lakehouse.ingest.capture.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.Serializable;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How far a source is read: what the catalog keeps of it, and with which a capture goes on.
 *
 * @param round the last round that was handed out whole; 0 before the first
 * @param tables what is known of each table, by {@code schema.table}
 */
record JdbcPosition(long round, Map<String, Table> tables) implements Serializable {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(com.fasterxml.jackson.databind.SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  /** Nothing is read. */
  static final JdbcPosition NOTHING = new JdbcPosition(0, Map.of());

  JdbcPosition {
    tables = new TreeMap<>(tables);
  }

  /**
   * How far a table is read.
   *
   * @param watermark the greatest value of its watermark column that was seen; null without one
   * @param readWhole when all of its rows were read last
   * @param keysCompared when its keys were compared last; null if they never were
   */
  record Table(@Nullable String watermark, Instant readWhole, @Nullable Instant keysCompared)
      implements Serializable {}

  /** The tables that the lake holds whole. */
  Set<String> loaded() {
    return tables.entrySet().stream()
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** As the catalog keeps it. */
  String text() {
    try {
      return JSON.writeValueAsString(tables);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads what {@link #text} wrote. */
  static JdbcPosition parse(long round, String text) {
    try {
      return new JdbcPosition(
          round,
          JSON.readValue(
              text, JSON.getTypeFactory().constructMapType(Map.class, String.class, Table.class)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The catalog's position of the source is unreadable", e);
    }
  }
}
