package lakehouse.load.utility;

/** Told how seeding goes on; called by several threads, one at a time. */
@FunctionalInterface
public interface SeedProgress {

  /** Nobody is told. */
  SeedProgress SILENT = (partsDone, parts, rows) -> {};

  /**
   * A part of the utility has been written.
   *
   * @param partsDone parts written so far
   * @param parts parts in all
   * @param rows rows written so far, in all tables
   */
  void wrote(int partsDone, int parts, long rows);
}
