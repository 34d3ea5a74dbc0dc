package lakehouse.ingest.bronze;

import java.util.List;
import java.util.Map;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.TableChange;
import lakehouse.catalog.table.QuarantineTable;
import lakehouse.ingest.event.ChangeEvent.Replayed;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Transaction;

/** Says in the quarantine of a source, without its bronze, that rows were replayed. */
public final class QuarantineMarks {
  private static final String RUN = "replay";

  private QuarantineMarks() {}

  /** The change that says so, as a part of a catalog commit. */
  public static TableChange change(LakeCatalog catalog, String source, List<Replayed> rows) {
    QuarantineWriter writer = new QuarantineWriter(catalog, source, RUN, "replay-");
    rows.forEach(writer::write);
    List<RejectedWrites> written = writer.finish();
    return new TableChange(
        QuarantineTable.of(source),
        new TableChange.NewTable(QuarantineTable.SCHEMA, PartitionSpec.unpartitioned(), Map.of()),
        transaction -> {
          AppendFiles append = transaction.newAppend();
          written.forEach(writes -> writes.files().forEach(append::appendFile));
          append.set("lakehouse.run", RUN).commit();
        });
  }

  /** Says so by a commit of its own, for which a running capture of the source is no matter. */
  public static void append(LakeCatalog catalog, String source, List<Replayed> rows) {
    TableChange change = change(catalog, source, rows);
    Transaction transaction = catalog.iceberg().loadTable(change.table()).newTransaction();
    change.change().accept(transaction);
    transaction.commitTransaction();
  }
}
