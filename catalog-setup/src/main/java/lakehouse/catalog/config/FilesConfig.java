package lakehouse.catalog.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A folder, or a prefix of an object store, in which files come.
 *
 * @param name the source's name in the lake
 * @param location the folder or prefix: a {@code file:} or {@code s3:} location
 * @param properties further properties for the access to the files, as Iceberg spells them
 * @param discoveryInterval how often new files are looked for
 * @param quietTime how long a file must not have changed before it is taken in
 * @param rejected what is done with rows that cannot be taken
 * @param tables the tables that the files are of
 * @param masks the columns hidden before bronze
 */
@Variant("files")
public record FilesConfig(
    @Key(
            value = "The source's name in the lake: its bronze tables are in bronze.<name>.",
            pattern = PostgresConfig.NAME,
            expected = PostgresConfig.NAME_IN_WORDS)
        String name,
    @Key(
            value =
                "The folder, or prefix of a bucket, in which the files come. A file: location is"
                    + " taken literally: no percent-encoding.",
            pattern = "file:/.+|s3a?://[^?#]+",
            expected = "a location such as file:///srv/drops or s3://bucket/drops")
        String location,
    @Key(
            value =
                "Further properties for the access to the files, as Iceberg spells them, such as"
                    + " s3.endpoint. Secrets among them by reference only.",
            defaultValue = "{}")
        Map<String, String> properties,
    @Key(value = "How often new files are looked for.", defaultValue = "5 s")
        Duration discoveryInterval,
    @Key(
            value =
                "How long a file must not have changed before it is taken in, for writers that do"
                    + " not rename whole files into place.",
            defaultValue = "2 s",
            min = 0)
        Duration quietTime,
    @Key("What is done with rows that break a rule or cannot be read.") RejectionConfig rejected,
    @Key("The tables that the files are of.") List<FileTableConfig> tables,
    @Key(value = "Columns hidden before bronze.", defaultValue = "[]") List<MaskConfig> masks)
    implements SourceConfig, Serializable {
  public FilesConfig {
    properties = Map.copyOf(properties);
    tables = List.copyOf(tables);
    masks = List.copyOf(masks);
  }

  /** Secrets among the properties show as {@code ***}. */
  @Override
  public String toString() {
    return "FilesConfig[name=%s, location=%s, properties=%s]"
        .formatted(name, location, Redaction.of(properties));
  }
}
