package lakehouse.ingest.bronze;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import lakehouse.ingest.event.TableSchema;
import org.apache.iceberg.DataFile;
import org.jspecify.annotations.Nullable;

/**
 * What one checkpoint adds to one table.
 *
 * @param table the bronze table's name within the source's namespace
 * @param location where the table is, or is to be made
 * @param versions the source's versions of the columns, in the order in which they were met
 * @param files the data files, written and closed
 * @param rows how many rows they hold
 * @param digest of the files
 */
record TableWrites(
    String table,
    String location,
    List<Version> versions,
    List<DataFile> files,
    long rows,
    ContentDigest digest)
    implements Serializable {
  TableWrites {
    versions = List.copyOf(versions);
    files = List.copyOf(files);
  }

  /**
   * A version of the source's columns.
   *
   * @param source the source's columns
   * @param rowSchema the Iceberg schema of its files, as JSON
   */
  record Version(TableSchema source, String rowSchema) implements Serializable {}

  /** The latest version of the source's columns. */
  TableSchema source() {
    return versions.get(versions.size() - 1).source();
  }

  /** The latest shape of the source table that was told, or null. */
  @Nullable String shape() {
    String shape = null;
    for (Version version : versions) {
      shape = version.source().shape() == null ? shape : version.source().shape();
    }
    return shape;
  }

  /** Both together; the other's are the later ones. */
  TableWrites plus(TableWrites other) {
    List<Version> allVersions = new ArrayList<>(versions);
    other.versions.stream().filter(v -> !allVersions.contains(v)).forEach(allVersions::add);
    List<DataFile> allFiles = new ArrayList<>(files);
    allFiles.addAll(other.files);
    return new TableWrites(
        table, location, allVersions, allFiles, rows + other.rows, digest.plus(other.digest));
  }
}
