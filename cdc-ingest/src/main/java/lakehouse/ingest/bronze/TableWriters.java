package lakehouse.ingest.bronze;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.LakeCatalog;
import lakehouse.ingest.event.ChangeEvent.Change;
import lakehouse.ingest.event.TableSchema;
import org.jspecify.annotations.Nullable;

/**
 * The writers of all tables of a source, one for each version of a table's columns. The bytes of
 * all open files together are bounded: when they pass the bound, the largest files are closed
 * before their checkpoint. Not for use by many threads.
 */
final class TableWriters {
  private static final int ROWS_BETWEEN_CHECKS = 1_024;
  private static final long TARGET_FILE_BYTES = 128L << 20;

  private final LakeCatalog catalog;
  private final String source;
  private final String run;
  private final String filePrefix;
  private final long maxBytes;

  private final Map<String, BronzeTable> tables = new HashMap<>();
  private final Map<TableSchema, TableWriter> writers = new IdentityHashMap<>();
  private final Map<String, TableWrites> written = new LinkedHashMap<>();
  private @Nullable TableSchema lastSchema;
  private @Nullable TableWriter lastWriter;
  private int rowsSinceCheck;

  /**
   * @param filePrefix starts the name of each file
   * @param maxBytes bound of all open files together
   */
  TableWriters(LakeCatalog catalog, String source, String run, String filePrefix, long maxBytes) {
    this.catalog = catalog;
    this.source = source;
    this.run = run;
    this.filePrefix = filePrefix;
    this.maxBytes = maxBytes;
  }

  void write(Change change) {
    if (change.schema() != lastSchema) {
      lastSchema = change.schema();
      lastWriter = writers.computeIfAbsent(change.schema(), this::writer);
    }
    lastWriter.write(change.row());
    if (++rowsSinceCheck >= ROWS_BETWEEN_CHECKS) {
      rowsSinceCheck = 0;
      bound();
    }
  }

  /** Closes all files and returns what was written since the last time. */
  List<TableWrites> finish() {
    files().forEach(this::close);
    List<TableWrites> all = List.copyOf(written.values());
    written.clear();
    // the next checkpoint names its versions anew
    return all;
  }

  /** Gives all open files up. */
  void abandon() {
    files().forEach(TableWriter.OpenFile::abandon);
    writers.clear();
  }

  private TableWriter writer(TableSchema schema) {
    BronzeTable table =
        tables.computeIfAbsent(
            schema.qualifiedName(), name -> BronzeTable.of(catalog, source, schema, run));
    return new TableWriter(catalog, table, schema, filePrefix);
  }

  private void bound() {
    List<TableWriter.OpenFile> files = files();
    long bytes = 0;
    for (TableWriter.OpenFile file : files) {
      long size = file.bytes();
      bytes += size;
    }
    if (bytes <= maxBytes) {
      files.stream().filter(file -> file.bytes() > TARGET_FILE_BYTES).forEach(this::close);
      return;
    }
    files.sort(Comparator.comparingLong(TableWriter.OpenFile::bytes).reversed());
    for (TableWriter.OpenFile file : files) {
      if (bytes <= maxBytes / 2) {
        break;
      }
      bytes -= file.bytes();
      close(file);
    }
  }

  private List<TableWriter.OpenFile> files() {
    List<TableWriter.OpenFile> files = new ArrayList<>();
    writers.values().forEach(writer -> writer.openFiles().forEach(files::add));
    return files;
  }

  private void close(TableWriter.OpenFile file) {
    TableWriter.ClosedFile closed = file.close();
    BronzeTable table = file.writer().table();
    written.merge(
        table.name(),
        new TableWrites(
            table.name(),
            table.location(),
            List.of(file.writer().version()),
            List.of(closed.file()),
            closed.rows(),
            closed.digest()),
        TableWrites::plus);
  }
}
