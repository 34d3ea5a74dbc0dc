package lakehouse.catalog.config;

/** How a connection to a PostgreSQL server is encrypted, in PostgreSQL's own words. */
public enum SslMode {
  /** Not at all. */
  DISABLE,
  /** If the server demands it. */
  ALLOW,
  /** If the server can. */
  PREFER,
  /** Always, whoever answers. */
  REQUIRE,
  /** Always, and the server's certificate must be signed by the root certificate. */
  VERIFY_CA,
  /** The same, and the certificate must be that of the host. */
  VERIFY_FULL;

  /** Whether the server's certificate is checked. */
  public boolean verifies() {
    return compareTo(VERIFY_CA) >= 0;
  }

  /** As PostgreSQL spells it. */
  @Override
  public String toString() {
    return RecordReader.key(name());
  }
}
