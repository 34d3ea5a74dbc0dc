package lakehouse.ingest.capture;

import lakehouse.ingest.event.ChangeEvent;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The seam between a source database and bronze: whatever can hand out {@link ChangeEvent}s in
 * their order can be captured.
 */
public interface CaptureEngine {
  /**
   * Adds the capture of one source to a job.
   *
   * <p>The events of one table that one subtask hands out are in their order; all rows that a
   * checkpoint cuts off come again after it, equal in content and position, or not at all if they
   * were not handed out. The stream ends in an operator that writers can be chained to.
   */
  SingleOutputStreamOperator<ChangeEvent> capture(
      StreamExecutionEnvironment environment, CaptureRun run);
}
