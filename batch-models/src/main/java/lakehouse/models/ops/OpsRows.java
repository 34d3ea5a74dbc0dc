package lakehouse.models.ops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.table.OpsTables;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.data.GenericAppenderFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.encryption.EncryptedFiles;
import org.apache.iceberg.encryption.EncryptionKeyMetadata;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFile;

/**
 * Reads and appends the small tables of the audit trail, without an engine. Safe for use by many
 * threads, each table by one at a time.
 */
public final class OpsRows {
  private final LakeCatalog catalog;

  public OpsRows(LakeCatalog catalog) {
    this.catalog = catalog;
  }

  /** All rows of a table; none if it is not there yet. */
  public List<Record> read(OpsTables ops) {
    Table table;
    try {
      table = catalog.iceberg().loadTable(ops.table());
    } catch (NoSuchTableException e) {
      return List.of();
    }
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      records.forEach(rows::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /** Appends rows, each a map of column to value, by one table commit. */
  public void append(OpsTables ops, List<Map<String, Object>> rows) {
    append(ops, rows, Map.of());
  }

  /** As {@link #append(OpsTables, List)}, and sets table properties by the same commit. */
  public void append(
      OpsTables ops, List<Map<String, Object>> rows, Map<String, String> properties) {
    if (rows.isEmpty()) {
      return;
    }
    Table table = orCreate(ops);
    Transaction transaction = table.newTransaction();
    transaction.newAppend().appendFile(write(table, rows)).commit();
    if (!properties.isEmpty()) {
      UpdateProperties update = transaction.updateProperties();
      properties.forEach(update::set);
      update.commit();
    }
    transaction.commitTransaction();
  }

  /** The properties of a table; none if it is not there yet. */
  public Map<String, String> properties(OpsTables ops) {
    try {
      return catalog.iceberg().loadTable(ops.table()).properties();
    } catch (NoSuchTableException e) {
      return Map.of();
    }
  }

  private static DataFile write(Table table, List<Map<String, Object>> rows) {
    OutputFile file =
        table
            .io()
            .newOutputFile(
                table.locationProvider().newDataLocation(UUID.randomUUID() + ".parquet"));
    DataWriter<Record> writer =
        new GenericAppenderFactory(table.schema(), table.spec())
            .newDataWriter(
                EncryptedFiles.encryptedOutput(file, EncryptionKeyMetadata.EMPTY),
                FileFormat.PARQUET,
                null);
    try (writer) {
      GenericRecord template = GenericRecord.create(table.schema());
      for (Map<String, Object> row : rows) {
        writer.write(template.copy(row));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return writer.toDataFile();
  }

  private Table orCreate(OpsTables ops) {
    try {
      return catalog.iceberg().loadTable(ops.table());
    } catch (NoSuchTableException e) {
      if (!catalog.iceberg().namespaceExists(ops.table().namespace())) {
        catalog.iceberg().createNamespace(ops.table().namespace());
      }
      return catalog
          .iceberg()
          .buildTable(ops.table(), ops.schema())
          .withPartitionSpec(ops.spec())
          .withProperties(LakeCatalog.tableDefaults())
          .withProperty("comment", ops.description())
          .create();
    }
  }
}
