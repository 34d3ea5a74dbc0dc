package lakehouse.catalog.status;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a lake stands at one moment; all of the catalog is of one hash.
 *
 * @param reference the lake's branch
 * @param hash the hash that was looked at
 * @param at when that was
 * @param sources each configured source
 * @param tables each table of the lake
 * @param models each model that ever ran
 * @param branches branches other than the lake's own: runs under way, or kept because they failed
 * @param tags the published runs and other tags
 */
record LakeStatus(
    String reference,
    String hash,
    Instant at,
    List<SourceStatus> sources,
    List<TableStatus> tables,
    List<ModelStatus> models,
    List<String> branches,
    List<String> tags) {
  /**
   * How far one source has come.
   *
   * @param kind what the source is: postgres, files or jdbc
   * @param state what the catalog holds of it; empty before its first commit
   * @param lastCommit its last commit to the catalog
   * @param server what its PostgreSQL says; empty where that does not answer, or the source is of
   *     another kind
   * @param problem why the server's part is missing
   */
  record SourceStatus(
      String source,
      String kind,
      Optional<StateStatus> state,
      Optional<CommitStatus> lastCommit,
      Optional<ServerStatus> server,
      Optional<String> problem) {}

  /**
   * The state entry.
   *
   * @param lsn the log position up to which all is in the lake, as PostgreSQL writes it; for other
   *     kinds a number; empty while loading
   * @param lastChangeAt commit time of the last change held
   * @param tablesLoaded tables whose initial load is done
   */
  record StateStatus(
      int epoch,
      String run,
      long position,
      Optional<String> lsn,
      Optional<Instant> lastChangeAt,
      int tablesLoaded) {}

  /** A commit of the ingest. */
  record CommitStatus(String hash, Optional<Instant> at, long rows) {}

  /**
   * What the source's server says.
   *
   * @param lagBytes log written since the position that the lake holds; empty while loading. Other
   *     databases of the server and its own housekeeping count too
   * @param lagSeconds age of the last change held, 0 where nothing was written since; no more than
   *     an upper bound, since what was written may be none of ours
   * @param slot the replication slot's name if it exists
   * @param slotActive whether somebody reads from it
   * @param retainedBytes log that the server keeps for the slot
   * @param walStatus how safe that log is: reserved, extended, unreserved or lost
   * @param roomBytes log that may still be written before the slot is lost; empty if the server has
   *     no {@code max_slot_wal_keep_size}, so that only its disk bounds what is kept
   * @param roomSeconds how long that takes at the rate of the server's statistics, while nobody
   *     reads from the slot
   * @param load how far a load is that goes on
   */
  record ServerStatus(
      Optional<Long> lagBytes,
      Optional<Long> lagSeconds,
      Optional<String> slot,
      boolean slotActive,
      Optional<Long> retainedBytes,
      Optional<String> walStatus,
      Optional<Long> roomBytes,
      Optional<Long> roomSeconds,
      Optional<LoadNotice> load) {}

  /**
   * A table by its current snapshot.
   *
   * @param rows rows, those deleted by position taken off
   * @param files data files
   * @param bytes their size
   * @param deleteFiles files of deletes that readers apply
   * @param changedAt when the snapshot was made; empty for an empty table
   */
  record TableStatus(
      String table,
      long rows,
      long files,
      long bytes,
      long deleteFiles,
      Optional<Instant> changedAt) {}

  /**
   * A model by its runs.
   *
   * @param lastStatus how its last run ended
   * @param lastRunAt when that began
   * @param rowsWritten rows it wrote
   * @param lastPublishedAt when the last run began that was published
   * @param lastTag the tag it was published under
   */
  record ModelStatus(
      String model,
      String lastStatus,
      Instant lastRunAt,
      Optional<Long> rowsWritten,
      Optional<Instant> lastPublishedAt,
      Optional<String> lastTag) {}
}
