package lakehouse.catalog.config;

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
 * @param slot the logical replication slot, ours alone
 * @param publication the publication that lists what is sent
 * @param tables patterns of tables to capture, {@code schema.table} with {@code *}; {@code public}
 *     may be left out
 * @param exclude patterns of tables not to capture, of the same form; they win over {@code tables}
 * @param masks the columns hidden before bronze
 */
public record SourceConfig(
    String name,
    CaptureEngineName engine,
    String host,
    int port,
    String database,
    String user,
    Secret password,
    String slot,
    String publication,
    List<String> tables,
    List<String> exclude,
    List<MaskConfig> masks) {
  public SourceConfig {
    tables = List.copyOf(tables);
    exclude = List.copyOf(exclude);
    masks = List.copyOf(masks);
  }
}
