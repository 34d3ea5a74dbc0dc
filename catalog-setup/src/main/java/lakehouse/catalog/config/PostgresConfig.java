package lakehouse.catalog.config;

import java.io.Serializable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One PostgreSQL database to capture.
 *
 * @param name the source's name in the lake: its bronze tables are in {@code bronze.<name>}
 * @param engine what captures it
 * @param host the server's host
 * @param port the server's port
 * @param database the database's name
 * @param user the replication user
 * @param password the replication user's password
 * @param sslmode how connections are encrypted
 * @param sslrootcert the file with the certificate, as PEM, that the server's must be signed by;
 *     empty without one
 * @param slot the logical replication slot, ours alone
 * @param publication the publication that lists what is sent
 * @param tables patterns of tables to capture, as in {@link TablePattern}
 * @param exclude patterns of tables not to capture, of the same form; they win over {@code tables}
 * @param masks the columns hidden before bronze
 */
@Variant("postgres")
public record PostgresConfig(
    @Key(
            value = "The source's name in the lake: its bronze tables are in bronze.<name>.",
            pattern = PostgresConfig.NAME,
            expected = PostgresConfig.NAME_IN_WORDS)
        String name,
    @Key(value = "What captures it.", defaultValue = "flink-cdc") CaptureEngineName engine,
    @Key("The server's host.") String host,
    @Key(value = "The server's port.", defaultValue = "5432", max = 65535) int port,
    @Key(value = "The database's name.", defaultValue = "{name}") String database,
    @Key(value = "The replication user.", defaultValue = "lake_{name}") String user,
    @Key("The replication user's password, by reference.") Secret password,
    @Key(value = "How connections are encrypted, as libpq spells it.", defaultValue = "prefer")
        SslMode sslmode,
    @Key(
            value =
                "The file with the certificate, as PEM, that the server's must be signed by:"
                    + " needed by verify-ca and verify-full.",
            defaultValue = "''",
            pattern = "|/.+",
            expected = "an absolute path")
        String sslrootcert,
    @Key(
            value = "The logical replication slot, the ingest's alone.",
            defaultValue = "lake_{name}",
            pattern = "[a-z0-9_]{1,63}",
            expected = "lower-case letters, digits and _, 63 at most")
        String slot,
    @Key(value = "The publication that lists what is sent.", defaultValue = "lake")
        String publication,
    @Key(
            value =
                "Tables to capture, as patterns: schema.table with *; schema public may be left"
                    + " out; a name with blanks, dots or stars stands in double quotes.",
            defaultValue = "['*']",
            pattern = TablePattern.FORM,
            expected = "schema.table or table, with * for any text, odd names in double quotes")
        List<String> tables,
    @Key(
            value = "Tables not to capture, as patterns of the same form; they win over tables.",
            defaultValue = "[]",
            pattern = TablePattern.FORM,
            expected = "schema.table or table, with * for any text, odd names in double quotes")
        List<String> exclude,
    @Key(value = "Columns hidden before bronze.", defaultValue = "[]") List<MaskConfig> masks)
    implements SourceConfig, Serializable {
  /** What the name of any source matches. */
  static final String NAME = "[a-z][a-z0-9_]{0,40}";

  static final String NAME_IN_WORDS = "a lower-case letter, then lower-case letters, digits and _";

  public PostgresConfig {
    tables = List.copyOf(tables);
    exclude = List.copyOf(exclude);
    masks = List.copyOf(masks);
  }

  /** The database's address for PostgreSQL's JDBC driver, without user and password. */
  public String jdbcUrl() {
    String url =
        "jdbc:postgresql://%s:%d/%s?sslmode=%s".formatted(host, port, encode(database), sslmode);
    return sslrootcert.isEmpty() ? url : url + "&sslrootcert=" + encode(sslrootcert);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
