package lakehouse.ingest.capture.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.platform.CatalogYaml;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.catalog.table.Layer;
import lakehouse.catalog.table.QuarantineTable;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/** A folder in which a test puts files, and the source of it. */
final class DropFolder {
  /** Two columns: enough to tell whether a row is there. */
  static final String READINGS =
      """
      - name: reading
        path: readings/*
        format: json-lines
        columns:
          - {name: meter, required: true, pattern: 'M[0-9]+'}
          - {name: kwh, type: 'decimal(12,3)', min: 0, max: 1000}
      """;

  private final CaptureHarness lake;
  private final String name;
  private final Path folder;
  private final Path config;

  /**
   * @param tables of the source, as YAML
   * @param more of the source, as YAML
   */
  DropFolder(CaptureHarness lake, String name, String tables, String more) {
    this(lake, name, "file://" + lake.folder().resolve("drop " + name), tables, more);
  }

  /**
   * @param location a folder of the local file system, or a prefix elsewhere
   * @param tables of the source, as YAML
   * @param more of the source, as YAML
   */
  DropFolder(CaptureHarness lake, String name, String location, String tables, String more) {
    this.lake = lake;
    this.name = name;
    this.folder = lake.folder().resolve("drop " + name);
    this.config = folder.resolveSibling("config " + name).resolve("lake.yaml");
    try {
      Files.createDirectories(folder);
      Files.createDirectories(config.getParent());
      Path maskKey = config.resolveSibling("mask-key");
      Files.writeString(maskKey, "the key of tokens of this test");
      Files.writeString(
          config,
          """
          %ssources:
            - name: %s
              kind: files
              location: '%s'
              quiet-time: 0 ms
              discovery-interval: 200 ms
          %s    tables:
          %s
          ingest:
            state-folder: state
            checkpoint-interval: 500 ms
            mask-key: "${file:%s}"
          """
              .formatted(
                  CatalogYaml.of(lake.catalog().config(), config.getParent()),
                  name,
                  location,
                  more.indent(4),
                  tables.indent(6),
                  maskKey));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String name() {
    return name;
  }

  Path config() {
    return config;
  }

  /** Puts a file there whole, as a good writer does. */
  Path put(String path, byte[] content) {
    try {
      Path file = folder.resolve(path);
      Files.createDirectories(file.getParent());
      Path hidden = file.resolveSibling("." + file.getFileName());
      Files.write(hidden, content);
      return Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path put(String path, String content) {
    return put(path, content.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] gzip(String content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Takes in all that is there, and ends. */
  ProgramProcess takeIn(String... options) {
    List<String> arguments = new ArrayList<>(List.of("--until-current"));
    arguments.addAll(List.of(options));
    try (ProgramProcess ingest = IngestProcess.ingest(config, arguments.toArray(String[]::new))) {
      assertThat(ingest.exitCode()).as(ingest.output()).isZero();
      return ingest;
    }
  }

  ProgramProcess start(String... options) {
    return IngestProcess.ingest(config, options);
  }

  Optional<SourceState> state() {
    try (CatalogCommit commit = new CatalogCommit(lake.catalog())) {
      return commit.state(name);
    }
  }

  /** The rows of a bronze table that are no markers. */
  List<Record> rows(String table) {
    return read(lake.catalog(), Layer.BRONZE.table(name, "public", table)).stream()
        .filter(row -> !List.of("l", "p").contains(row.getField("_op")))
        .toList();
  }

  /** The rows of a bronze table that tell of a load. */
  List<Record> markers(String table) {
    return read(lake.catalog(), Layer.BRONZE.table(name, "public", table)).stream()
        .filter(row -> row.getField("_op").equals("l"))
        .toList();
  }

  /** The rows in quarantine. */
  List<Record> quarantined() {
    return read(lake.catalog(), QuarantineTable.of(name));
  }

  /** Reason and place of each row in quarantine. */
  List<String> reasons() {
    return quarantined().stream()
        .map(
            row ->
                "%s %s:%s"
                    .formatted(
                        row.getField("reason"), row.getField("file"), row.getField("line_number")))
        .sorted()
        .toList();
  }

  /** Path and status of each file that is at its end. */
  List<String> files() {
    return rows(FilesLog.TABLE).stream()
        .filter(row -> !row.getField("status").equals("reading"))
        .map(row -> row.getField("path") + " " + row.getField("status"))
        .sorted()
        .toList();
  }

  private static List<Record> read(LakeCatalog catalog, TableIdentifier table) {
    if (!catalog.iceberg().tableExists(table)) {
      return List.of();
    }
    List<Record> all = new ArrayList<>();
    try (CloseableIterable<Record> rows =
        IcebergGenerics.read(catalog.iceberg().loadTable(table)).build()) {
      rows.forEach(row -> all.add(row.copy()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }
}
