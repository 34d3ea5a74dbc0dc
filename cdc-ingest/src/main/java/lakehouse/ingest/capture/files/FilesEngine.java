package lakehouse.ingest.capture.files;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEventTypeInfo;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * Captures files that come in a folder or bucket, by Flink's file source, each exactly once: which
 * of them are taken in, and up to which record, is decided by the log that the catalog holds beside
 * their rows.
 */
public final class FilesEngine {
  private FilesEngine() {}

  /**
   * Adds the capture to a job.
   *
   * @param maskKey the key of tokens, or null if no column is masked by token
   * @param epoch of the rows
   * @param goesOn whether the catalog holds something of the epoch already
   */
  public static SingleOutputStreamOperator<ChangeEvent> capture(
      StreamExecutionEnvironment environment,
      CatalogConfig catalog,
      FilesConfig config,
      @Nullable Secret maskKey,
      int epoch,
      boolean goesOn) {
    Drop drop = new Drop(config);
    FileSource<FileRecord> files =
        FileSource.forBulkFileFormat(new DropFormat(drop), new Path(config.location()))
            .monitorContinuously(config.discoveryInterval())
            .setFileEnumerator(new DropEnumerator.Provider(catalog, drop, epoch))
            .setSplitAssigner(OldestFirst::new)
            .build();
    return environment
        .fromSource(files, WatermarkStrategy.noWatermarks(), "files " + config.name())
        .uid("files")
        .transform(
            "take in files",
            ChangeEventTypeInfo.INSTANCE,
            new TakeInOperator(drop, epoch, maskKey, position(catalog, drop, epoch, goesOn)))
        .uid("take-in");
  }

  /** The paths, below its location, of the files of a source that are there now. */
  public static List<String> found(FilesConfig config) {
    return new Drop(config).list().stream().map(DropFile::path).toList();
  }

  /** Whether the catalog holds all of these files, as far as they can be taken in. */
  public static boolean holds(
      LakeCatalog catalog, String source, int epoch, Collection<String> paths) {
    Set<String> ended =
        FilesLog.read(catalog, source, epoch).entrySet().stream()
            .filter(entry -> entry.getValue().ended())
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    return ended.containsAll(paths);
  }

  private static FilesPosition position(
      CatalogConfig config, Drop drop, int epoch, boolean goesOn) {
    FilesPosition position = new FilesPosition();
    if (!goesOn) {
      return position;
    }
    position.begun = true;
    try (LakeCatalog catalog = LakeCatalog.open(config)) {
      Map<String, FilesLog.Taken> taken = FilesLog.read(catalog, drop.config().name(), epoch);
      Set<String> there = Set.copyOf(found(drop.config()));
      for (FilesLog.Taken file : taken.values()) {
        position.ordinal = Math.max(position.ordinal, file.ordinal());
        if (file.ended()) {
          position.finished++;
        } else {
          position.open = file.file();
          position.openOrdinal = file.ordinal();
          position.openRecords = file.records();
          position.loggedRecords = file.records();
          position.openRejected = file.rejected();
          position.openGone = !there.contains(file.file().path());
        }
      }
    }
    return position;
  }
}
