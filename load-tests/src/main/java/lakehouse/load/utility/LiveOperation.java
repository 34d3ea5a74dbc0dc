package lakehouse.load.utility;

/** What the live workload does to rows and tables. */
public enum LiveOperation {
  INSERT,
  UPDATE,
  /** An update that changes the row's key. */
  KEY_CHANGE,
  DELETE,
  TRUNCATE,
  ADD_COLUMN
}
