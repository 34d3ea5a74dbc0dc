package lakehouse.catalog.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * A folder, or a prefix of an object store, in which files come.
 *
 * @param name the source's name in the lake
 * @param location the folder, as a URI that Flink's file systems can read
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
            value = "The folder in which the files come, as Flink's file systems spell it.",
            pattern = "[a-z][a-z0-9+.-]*:/.*",
            expected = "a URI, such as file:///srv/drops or s3://bucket/drops")
        String location,
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
    tables = List.copyOf(tables);
    masks = List.copyOf(masks);
  }
}
