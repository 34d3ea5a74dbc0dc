package lakehouse.models.run;

/**
 * What a run changed in a table.
 *
 * @param inserted rows that were not there before
 * @param updated rows that were there with other values
 * @param deleted rows that are no longer there
 */
public record ChangeSet(long inserted, long updated, long deleted) {
  static final ChangeSet EMPTY = new ChangeSet(0, 0, 0);

  /** How many rows differ. */
  public long rows() {
    return inserted + updated + deleted;
  }
}
