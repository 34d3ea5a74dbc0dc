package lakehouse.catalog.config;

/** The engines that can capture a PostgreSQL source. */
public enum CaptureEngineName {
  /** The Apache Flink CDC connector. */
  FLINK_CDC,
  /** Our own: loads by COPY, whole transactions, positions of the server's log. */
  NATIVE
}
