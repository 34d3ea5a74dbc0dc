package lakehouse.ingest.job;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.ingest.bronze.ReplayCommit;
import lakehouse.ingest.bronze.SourceRun;
import lakehouse.ingest.capture.files.FilesReplay;
import lakehouse.ingest.event.ChangeEvent.Replayed;

/** Takes in rejected records of a folder's files that are accepted now, while no capture runs. */
public final class FilesReplaying {
  private FilesReplaying() {}

  /**
   * Replays all that can be, in one catalog commit.
   *
   * @param standing what stands in the quarantine of an epoch
   * @throws lakehouse.catalog.commit.StateMismatchException if a capture of the source runs
   */
  public static FilesReplay.Report replay(
      LakeConfig config,
      LakeCatalog catalog,
      FilesConfig source,
      IntFunction<List<Replayed>> standing) {
    try (FolderLock lock = FolderLock.take(source.name(), config.ingest().stateFolder())) {
      Optional<SourceState> state = state(catalog, source);
      if (state.isEmpty() || state.get().resume().isEmpty()) {
        return new FilesReplay.Report(0, 0, 0); // nothing is taken in, and nothing rejected
      }
      int epoch = state.get().epoch();
      String folder = config.ingest().stateFolder().resolve(source.name()).toString();
      SourceRun run = FilesKind.run(source, folder, state).at(epoch);
      // files ---> changes at their old places ---> one commit
      try (ReplayCommit commit = new ReplayCommit(catalog, run)) {
        FilesReplay.Report report =
            new FilesReplay(
                    catalog, source, config.ingest().maskKey().orElse(null), epoch, commit::write)
                .replay(standing.apply(epoch));
        commit.commit();
        return report;
      }
    }
  }

  private static Optional<SourceState> state(LakeCatalog catalog, FilesConfig source) {
    try (CatalogCommit commit = new CatalogCommit(catalog)) {
      return commit.state(source.name());
    }
  }
}
