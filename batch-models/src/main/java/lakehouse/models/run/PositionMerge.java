package lakehouse.models.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.sort_array;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import lakehouse.models.model.Names;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericAppenderFactory;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;

/**
 * Applies a run's few changes to a table by the places of the rows they change: the places are
 * known from the reading of those rows, so the table is not searched again, as a MERGE would do.
 */
final class PositionMerge {
  /**
   * So much of a run's memory is allowed for each change: its key goes to all readers, and the rows
   * around it make room where there is too little.
   */
  private static final long BYTES_FOR_A_CHANGE = 1 << 10;

  /** However much memory this process has: the others of a cluster may have less. */
  private static final long MOST_CHANGES = 4_000_000;

  /** The system property that says how many are few, instead. */
  private static final String FEW = "lakehouse.models.few-changes";

  private static final long ROWS_IN_A_FILE = 250_000;

  private final LakeRun run;

  PositionMerge(LakeRun run) {
    this.run = run;
  }

  /** Whether so many changes can be applied so. */
  static boolean canApply(Table table, long changes) {
    return areFew(changes) && table.spec().isUnpartitioned();
  }

  /** Whether so many changes and their rows fit into the memory of this run. */
  static boolean areFew(long changes) {
    long few = Math.min(MOST_CHANGES, Runtime.getRuntime().maxMemory() / BYTES_FOR_A_CHANGE);
    return changes <= Long.getLong(FEW, few);
  }

  /**
   * Applies changes.
   *
   * @param changes a relation of the changes with {@code _op}, {@code _new}, {@code _file} and
   *     {@code _pos}; it is read more than once
   * @param counts how many there are
   */
  void apply(TableIdentifier name, Dataset<Row> changes, ChangeSet counts) {
    if (counts.updated() + counts.deleted() > 0) {
      delete(run.table(name), changes.where("_op <> 'insert'"));
    }
    long added = counts.inserted() + counts.updated();
    if (added > 0) {
      try {
        changes
            .where("_op <> 'delete'")
            .select("_new.*")
            .coalesce(files(added))
            .writeTo(Names.table(name))
            .append();
      } catch (NoSuchTableException e) {
        throw new IllegalStateException("The table was read a moment ago", e);
      }
    }
  }

  /** How many files so many rows are worth. */
  static int files(long rows) {
    return (int) (1 + rows / ROWS_IN_A_FILE);
  }

  // A file of deletes for each file of data, so that nobody reads deletes of other files.
  private static void delete(Table table, Dataset<Row> rows) {
    GenericAppenderFactory writers = new GenericAppenderFactory(table.schema(), table.spec());
    OutputFileFactory files =
        OutputFileFactory.builderFor(table, 0, System.nanoTime())
            .format(FileFormat.PARQUET)
            .suffix("deletes")
            .build();
    RowDelta delta = table.newRowDelta();
    for (Row places :
        rows.groupBy("_file").agg(sort_array(collect_list(col("_pos")))).collectAsList()) {
      PositionDeleteWriter<Record> writer =
          writers.newPosDeleteWriter(files.newOutputFile(), FileFormat.PARQUET, null);
      PositionDelete<Record> delete = PositionDelete.create();
      List<Long> positions = places.getList(1);
      try (writer) {
        positions.forEach(
            position -> writer.write(delete.set(places.getString(0), position, null)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      delta.addDeletes(writer.toDeleteFile());
    }
    delta.commit();
  }
}
