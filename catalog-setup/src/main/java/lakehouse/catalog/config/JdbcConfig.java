package lakehouse.catalog.config;

import java.io.Serializable;

/**
 * A database that is asked by queries.
 *
 * @param name the source's name in the lake
 * @param url the database's address for its JDBC driver, without user and password
 * @param user who reads it
 * @param password that user's password
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
            value = "The database's address for its JDBC driver, without user and password.",
            pattern = "jdbc:.*",
            expected = "a text that begins with jdbc:")
        String url,
    @Key("Who reads it.") String user,
    @Key("That user's password, by reference.") Secret password,
    @Key("What is done with rows that break a rule or cannot be read.") RejectionConfig rejected)
    implements SourceConfig, Serializable {}
