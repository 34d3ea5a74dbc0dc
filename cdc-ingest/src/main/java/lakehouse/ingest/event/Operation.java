package lakehouse.ingest.event;

import org.apache.flink.table.data.StringData;

/** What happened to a row or a table; the code is what stands in bronze. */
public enum Operation {
  /** A load of the table begins: all before it is void. */
  LOAD("l"),
  /** A row of a load. */
  ROW("r"),
  INSERT("c"),
  UPDATE("u"),
  DELETE("d"),
  TRUNCATE("t"),
  /** Rows come in this commit whose place is before that of others that are in bronze already. */
  REPLAYED("p");

  private final String code;
  private final StringData data;

  Operation(String code) {
    this.code = code;
    this.data = StringData.fromString(code);
  }

  /** The letter that stands in bronze. */
  public String code() {
    return code;
  }

  /** The letter as a row's value. */
  public StringData data() {
    return data;
  }
}
