package lakehouse.ingest.capture.jdbc;

import java.io.Serializable;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * The only split of a capture: all of its source.
 *
 * @param position how far it is handed out
 */
record JdbcSplit(JdbcPosition position) implements SourceSplit, Serializable {
  @Override
  public String splitId() {
    return "source";
  }
}
