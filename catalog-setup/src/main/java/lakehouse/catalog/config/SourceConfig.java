package lakehouse.catalog.config;

import java.io.Serializable;

/**
 * One source of the lake. Its kind, the key {@code kind} in {@code lake.yaml}, decides which other
 * keys it has.
 */
@Variants(
    value = "What the source is: a PostgreSQL database by its log, files that come, or a query.",
    defaultValue = "postgres")
public sealed interface SourceConfig extends Serializable
    permits PostgresConfig, FilesConfig, JdbcConfig {
  /** The source's name in the lake: its bronze tables are in {@code bronze.<name>}. */
  String name();

  /** Its kind, as {@code lake.yaml} spells it. */
  default String kind() {
    return getClass().getAnnotation(Variant.class).value();
  }
}
