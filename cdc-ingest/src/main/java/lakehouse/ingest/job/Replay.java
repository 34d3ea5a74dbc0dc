package lakehouse.ingest.job;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.bronze.QuarantineMarks;
import lakehouse.ingest.bronze.ReplayCommit;
import lakehouse.ingest.bronze.SourceRun;
import lakehouse.ingest.capture.files.FilesReplay;
import lakehouse.ingest.capture.jdbc.JdbcEngine;
import lakehouse.ingest.event.ChangeEvent.Replayed;
import lakehouse.ingest.job.Resync.Asked;

/** Brings rejected rows of a source into the lake. */
public final class Replay {
  /**
   * How far the rounds of a source go on at once, more than a capture which runs in spite of its
   * lock could have had on its way: it finds another position than its own, and ends.
   */
  private static final long ROUNDS_AHEAD = 1_000_000;

  private final LakeConfig config;
  private final LakeCatalog catalog;
  private final Standing standing;

  /**
   * @param standing reads what stands in the quarantine
   */
  public Replay(LakeConfig config, LakeCatalog catalog, Standing standing) {
    this.config = config;
    this.catalog = catalog;
    this.standing = standing;
  }

  /** Reads what stands in the quarantine of the source. */
  @FunctionalInterface
  public interface Standing {
    /** All that stands now. */
    List<Replayed> read();
  }

  /**
   * Tables that are loaded anew for rejected rows.
   *
   * @param rows how many rows of the quarantine that settles
   * @param tables empty if none has rejected rows
   * @param loaded whether they are loaded already; otherwise the next start of the ingest does it
   */
  public record Anew(long rows, Set<String> tables, boolean loaded) {
    private static Anew of(List<Replayed> rows, boolean loaded) {
      return new Anew(
          rows.size(),
          rows.stream()
              .map(row -> row.rejected().table())
              .collect(Collectors.toCollection(TreeSet::new)),
          loaded);
    }
  }

  /**
   * Takes in, by one catalog commit, the rejected records of files that are accepted now.
   *
   * @throws lakehouse.catalog.commit.StateMismatchException if a capture of the source runs
   */
  public FilesReplay.Report files(FilesConfig source) {
    try (FolderLock lock = FolderLock.take(source.name(), config.ingest().stateFolder())) {
      Optional<SourceState> state = state(source.name());
      if (state.isEmpty() || state.get().resume().isEmpty()) {
        return new FilesReplay.Report(0, 0, 0); // nothing is taken in, and nothing rejected
      }
      int epoch = state.get().epoch();
      List<Replayed> rows =
          standing.read().stream()
              .filter(row -> row.rejected().position().epoch() == epoch)
              .toList();
      SourceRun run = FilesKind.run(source, folder(source.name()), state).at(epoch);
      // files ---> changes at their old places ---> one commit
      try (ReplayCommit commit = new ReplayCommit(catalog, run)) {
        FilesReplay.Report report =
            new FilesReplay(
                    catalog, source, config.ingest().maskKey().orElse(null), epoch, commit::write)
                .replay(rows);
        commit.commit();
        return report;
      }
    }
  }

  /**
   * Has the tables with rejected rows read whole at the next start of the capture, in the same
   * catalog commit as the quarantine says that they are replayed.
   *
   * @throws lakehouse.catalog.commit.StateMismatchException if a capture of the source runs
   */
  public Anew queries(JdbcConfig source) {
    try (FolderLock lock = FolderLock.take(source.name(), config.ingest().stateFolder())) {
      Optional<SourceState> state =
          state(source.name())
              .filter(held -> held.run().equals(JdbcKind.ROUNDS_RUN) && held.position() > 0);
      List<Replayed> rows =
          state.isEmpty()
              ? List.of()
              : standing.read().stream()
                  .filter(row -> !row.rejected().reason().code().equals(JdbcEngine.NOTICE))
                  .toList();
      Anew anew = Anew.of(rows, false);
      if (rows.isEmpty()) {
        return anew;
      }
      SourceState held = state.get();
      SourceRun run = JdbcKind.run(source, folder(source.name()), state).at(held.epoch());
      try (ReplayCommit commit = new ReplayCommit(catalog, run)) {
        rows.forEach(commit::write);
        commit.commit(
            held.position() + ROUNDS_AHEAD,
            held.withoutLoads(anew.tables()).loaded(),
            JdbcEngine.readAnew(held.resume().orElseThrow(), anew.tables()));
      }
      return anew;
    }
  }

  /**
   * Has the tables with rejected rows loaded anew, as {@link Resync} does, and waits for it if a
   * capture runs. Then the quarantine says so once they are loaded; otherwise by the commit that
   * asks the next capture.
   */
  public Anew log(PostgresConfig source) throws InterruptedException {
    try (Resync resync = new Resync(catalog, source)) {
      resync.requireAble();
      List<Replayed> rows = standing.read();
      Anew anew = Anew.of(rows, false);
      if (rows.isEmpty()) {
        return anew;
      }
      Asked asked =
          resync.ask(
              anew.tables(), () -> List.of(QuarantineMarks.change(catalog, source.name(), rows)));
      if (asked instanceof Asked.OfCapture capture) {
        resync.await(capture, anew.tables());
        QuarantineMarks.append(catalog, source.name(), rows);
        return Anew.of(rows, true);
      }
      return anew;
    }
  }

  private String folder(String source) {
    return config.ingest().stateFolder().resolve(source).toString();
  }

  private Optional<SourceState> state(String source) {
    try (CatalogCommit commit = new CatalogCommit(catalog)) {
      return commit.state(source);
    }
  }
}
