package lakehouse.ingest.capture.flinkcdc;

import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.SourceInfo;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.stream.Collectors;
import org.apache.flink.cdc.connectors.base.source.meta.offset.Offset;
import org.apache.flink.cdc.connectors.postgres.source.offset.PostgresOffset;

/**
 * Where the stream goes on when the catalog is all that is left: the connector's own offset, and
 * the last place in the order that was given away. Kept as a text in the catalog's state.
 *
 * @param offset the connector's offset, as it keeps it in its checkpoints
 * @param commitLsn the commit position of the last change
 * @param seq its ordinal since that position rose
 */
record StreamPosition(Map<String, String> offset, long commitLsn, long seq)
    implements Serializable {
  private static final String COMMIT_LSN = "order";
  private static final String SEQ = "ordinal";

  StreamPosition {
    offset = Map.copyOf(offset);
    if (!offset.containsKey(SourceInfo.LSN_KEY)) {
      throw new IllegalArgumentException("An offset needs a log position: " + offset);
    }
  }

  /** The offset's part of the text. */
  static String text(Offset offset) {
    return offset.getOffset().entrySet().stream()
        .filter(entry -> entry.getValue() != null)
        .sorted(Entry.comparingByKey())
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(";"));
  }

  /** The whole text. */
  static String text(String offset, long commitLsn, long seq) {
    return "%s;%s=%d;%s=%d".formatted(offset, COMMIT_LSN, commitLsn, SEQ, seq);
  }

  static StreamPosition parse(String text) {
    Map<String, String> all =
        Arrays.stream(text.split(";"))
            .map(part -> part.split("=", 2))
            .collect(Collectors.toMap(part -> part[0], part -> part[1]));
    long commitLsn = Long.parseLong(all.remove(COMMIT_LSN));
    long seq = Long.parseLong(all.remove(SEQ));
    return new StreamPosition(all, commitLsn, seq);
  }

  /**
   * The offset behind a commit. The connector's own names the position where the commit ends; the
   * next transaction's first change may begin at the same one, and a restart would take it for
   * handed on. Nothing begins at the byte before, so a restart finds the next transaction whole.
   */
  static PostgresOffset behindCommit(Offset commit) {
    Map<String, String> offset = new HashMap<>(commit.getOffset());
    for (String key :
        List.of(SourceInfo.LSN_KEY, PostgresOffsetContext.LAST_COMPLETELY_PROCESSED_LSN_KEY)) {
      offset.computeIfPresent(key, (any, lsn) -> Long.toString(Long.parseLong(lsn) - 1));
    }
    return PostgresOffset.of(offset);
  }

  PostgresOffset asOffset() {
    return PostgresOffset.of(offset);
  }

  static PostgresOffset offsetAt(long lsn) {
    return PostgresOffset.of(Map.of(SourceInfo.LSN_KEY, lsn));
  }
}
