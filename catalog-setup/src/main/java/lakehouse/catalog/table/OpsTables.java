package lakehouse.catalog.table;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;

import java.util.List;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;

/**
 * The audit trail: tables of layer {@link Layer#OPS} that the lake keeps about itself. They are
 * small, unpartitioned and appended to, by the batch side only: the ingest never writes them, but
 * for the {@linkplain QuarantineTable quarantine} of a source, which is its capture's alone.
 *
 * @param table where it is
 * @param description one sentence, put into the table's {@code comment}
 * @param schema its columns, each with a doc
 */
public record OpsTables(TableIdentifier table, String description, Schema schema) {
  /** What each bronze commit held, one row per touched table; made from the catalog's log. */
  public static final OpsTables INGEST_COMMIT =
      new OpsTables(
          table("ingest_commit"),
          "What each bronze commit held, one row per touched table; made from the catalog's log",
          new Schema(
              required(1, "source", Types.StringType.get(), "The source's name"),
              required(2, "epoch", Types.IntegerType.get(), "The epoch of the positions"),
              required(3, "run", Types.StringType.get(), "The capture run that counts them"),
              required(
                  4, "from_position", Types.LongType.get(), "The position followed on, exclusive"),
              required(5, "to_position", Types.LongType.get(), "The position reached, inclusive"),
              required(6, "table_name", Types.StringType.get(), "The bronze table"),
              required(7, "rows", Types.LongType.get(), "Rows that the commit added to the table"),
              optional(8, "digest", Types.StringType.get(), "Content digest of these rows, as hex"),
              optional(
                  9, "lsn", Types.LongType.get(), "Log position up to which the source is held"),
              required(
                  10, "committed_at", Types.TimestampType.withZone(), "When the catalog committed"),
              required(11, "catalog_hash", Types.StringType.get(), "The catalog commit's hash")));

  /** Each run of each model, failed ones included. */
  public static final OpsTables MODEL_RUN =
      new OpsTables(
          table("model_run"),
          "Each run of each model, failed ones included",
          new Schema(
              required(1, "run_id", Types.StringType.get(), "The run, shared by its models"),
              required(2, "model", Types.StringType.get(), "The model's table"),
              required(3, "kind", Types.StringType.get(), "How it was materialised"),
              required(4, "started_at", Types.TimestampType.withZone(), "When the model began"),
              optional(5, "finished_at", Types.TimestampType.withZone(), "When it ended"),
              required(6, "status", Types.StringType.get(), "How it ended"),
              optional(7, "rows_written", Types.LongType.get(), "Rows written"),
              optional(8, "rows_changed", Types.LongType.get(), "Rows that differ from before"),
              optional(9, "partitions", Types.IntegerType.get(), "Target partitions touched"),
              optional(10, "message", Types.StringType.get(), "Why it failed"),
              required(11, "at_hash", Types.StringType.get(), "The pinned hash it read"),
              optional(12, "branch", Types.StringType.get(), "The branch it was built on"),
              optional(13, "tag", Types.StringType.get(), "The tag it was published under")));

  /** How far each model has consumed each of its inputs: the watermark. */
  public static final OpsTables MODEL_INPUT =
      new OpsTables(
          table("model_input"),
          "How far each model has consumed each of its inputs; the latest row counts",
          new Schema(
              required(1, "model", Types.StringType.get(), "The model's table"),
              required(2, "input", Types.StringType.get(), "The table it read"),
              required(3, "run_id", Types.StringType.get(), "The run that consumed"),
              required(
                  4, "snapshot_id", Types.LongType.get(), "The input's snapshot, all before held"),
              required(5, "consumed_at", Types.TimestampType.withZone(), "When"),
              optional(
                  6,
                  "sequence_number",
                  Types.LongType.get(),
                  "The snapshot's: files with a greater one came later, though it has expired"),
              optional(7, "total_rows", Types.LongType.get(), "How many rows the input had then")));

  /** Each check of each audit. */
  public static final OpsTables AUDIT_RESULT =
      new OpsTables(
          table("audit_result"),
          "Each check of each audit, passed ones included",
          new Schema(
              required(1, "run_id", Types.StringType.get(), "The run that was audited"),
              required(2, "model", Types.StringType.get(), "The audited model's table"),
              required(3, "audit", Types.StringType.get(), "The audit's name"),
              required(4, "severity", Types.StringType.get(), "Whether a failure blocks"),
              optional(5, "failed_rows", Types.LongType.get(), "Rows that break the rule"),
              optional(6, "query", Types.StringType.get(), "The query that finds them"),
              required(7, "checked_at", Types.TimestampType.withZone(), "When"),
              required(8, "status", Types.StringType.get(), "How it ended")));

  /** Each figure of a published row that a later run made another one. */
  public static final OpsTables RESTATEMENT =
      new OpsTables(
          table("restatement"),
          "Each figure of a published row that a later run made another one",
          new Schema(
              required(1, "run_id", Types.StringType.get(), "The run that restated it"),
              required(2, "model", Types.StringType.get(), "The model's table"),
              required(3, "row_key", Types.StringType.get(), "The row's key, as JSON"),
              required(
                  4, "change", Types.StringType.get(), "update, or delete: the row is no more"),
              required(5, "figure", Types.StringType.get(), "The column"),
              optional(6, "old_value", Types.StringType.get(), "What was published before"),
              optional(7, "new_value", Types.StringType.get(), "What is published now"),
              required(8, "restated_at", Types.TimestampType.withZone(), "When")));

  /** All of them. */
  public static final List<OpsTables> ALL =
      List.of(INGEST_COMMIT, MODEL_RUN, MODEL_INPUT, AUDIT_RESULT, RESTATEMENT);

  /** How the table is partitioned: not at all. */
  public PartitionSpec spec() {
    return PartitionSpec.unpartitioned();
  }

  private static TableIdentifier table(String name) {
    return TableIdentifier.of(Layer.OPS.namespace(), name);
  }
}
