package lakehouse.catalog.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * A database that is asked by queries.
 *
 * @param name the source's name in the lake
 * @param url the database's address for its JDBC driver, without user and password
 * @param user who reads it
 * @param password that user's password
 * @param pollInterval how long to wait between two readings
 * @param tables the tables that are read
 * @param masks the columns hidden before bronze
 * @param rejected what is done with rows that cannot be taken
 */
@Variant("jdbc")
public record JdbcConfig(
    @Key(
            value = "The source's name in the lake: its bronze tables are in bronze.<name>.",
            pattern = PostgresConfig.NAME,
            expected = PostgresConfig.NAME_IN_WORDS)
        String name,
    @Key(
            value =
                "The database's address for its JDBC driver, without user and password: PostgreSQL"
                    + " and MariaDB are tested.",
            pattern = "jdbc:.*",
            expected = "a text that begins with jdbc:")
        String url,
    @Key("Who reads it.") String user,
    @Key("That user's password, by reference.") Secret password,
    @Key(value = "How long to wait between two readings.", defaultValue = "30 s")
        Duration pollInterval,
    @Key(value = "The tables that are read.", defaultValue = "[]") List<JdbcTableConfig> tables,
    @Key(value = "Columns hidden before bronze.", defaultValue = "[]") List<MaskConfig> masks,
    @Key("What is done with rows that cannot be taken.") RejectionConfig rejected)
    implements SourceConfig, Serializable {
  public JdbcConfig {
    tables = List.copyOf(tables);
    masks = List.copyOf(masks);
  }
}
