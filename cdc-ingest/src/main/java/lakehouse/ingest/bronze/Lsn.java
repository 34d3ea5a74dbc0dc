package lakehouse.ingest.bronze;

/** PostgreSQL's spelling of log positions. */
final class Lsn {
  private Lsn() {}

  /** As in {@code 16/B374D848}. */
  static String text(long lsn) {
    return "%X/%X".formatted(lsn >>> 32, lsn & 0xffff_ffffL);
  }
}
