package lakehouse.models.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A table and how it is made from others.
 *
 * @param table the table that it makes
 * @param origin where it is written down, for messages
 * @param description what a row of it means
 * @param materialization how the SELECT becomes the table
 * @param uniqueKey the columns that tell its rows apart; empty if none do
 * @param reachBy for {@link Materialization#MERGE_BY_KEY}, the column whose values reaches give
 * @param partitionBy the column that the table is partitioned by
 * @param tags words to select it by
 * @param columns what each column means, with its unit
 * @param inputs the tables it reads
 * @param audits the rules its table must keep
 * @param restates the columns of which it is told when they change in a row that was published
 * @param onSchemaChange what happens when the SELECT's columns change
 * @param sql the SELECT, with references
 */
public record Model(
    TableIdentifier table,
    String origin,
    String description,
    Materialization materialization,
    List<String> uniqueKey,
    Optional<String> reachBy,
    Optional<String> partitionBy,
    Set<String> tags,
    Map<String, String> columns,
    List<Input> inputs,
    List<Audit> audits,
    List<String> restates,
    SchemaChange onSchemaChange,
    String sql) {
  public Model {
    uniqueKey = List.copyOf(uniqueKey);
    tags = Collections.unmodifiableSet(new LinkedHashSet<>(tags));
    columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    inputs = List.copyOf(inputs);
    audits = List.copyOf(audits);
    restates = List.copyOf(restates);
  }

  /** What happens to the table when the SELECT's columns change. */
  public enum SchemaChange {
    /** New columns are added; a column that went away stays, null from then on. */
    APPEND_COLUMNS,
    /** The run fails. */
    FAIL,
    /** The table stays as it is; new columns are left out. */
    IGNORE
  }

  /**
   * The current state of a change log: made for every one that no model file reads into its table.
   */
  public static Model currentState(
      TableIdentifier table, TableIdentifier changeLog, List<String> key) {
    return new Model(
        table,
        "generic current state",
        "Current state of " + changeLog,
        Materialization.CURRENT_STATE,
        key,
        Optional.empty(),
        Optional.empty(),
        Set.of("current_state"),
        Map.of(),
        List.of(Input.of(changeLog)),
        List.of(),
        List.of(),
        SchemaChange.APPEND_COLUMNS,
        "");
  }

  /** The table, as people write it. */
  public String name() {
    return table.toString();
  }

  /** The input of that table. */
  public Input input(TableIdentifier name) {
    return inputs.stream()
        .filter(input -> input.table().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(this.name() + " does not read " + name));
  }

  /** Changes whenever the definition changes in a way that can change rows or columns. */
  public String digest() {
    return digest(
        String.join(
            "\n",
            materialization.text(),
            String.join(",", uniqueKey),
            partitionBy.orElse(""),
            sql.strip()));
  }

  /** Changes whenever a rule comes, goes, or becomes another one. */
  public String rulesDigest() {
    return digest(
        audits.stream()
            .map(audit -> audit.severity() + " " + audit.badRows("this", "published"))
            .collect(Collectors.joining("\n")));
  }

  private static String digest(String definition) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(definition.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }
}
