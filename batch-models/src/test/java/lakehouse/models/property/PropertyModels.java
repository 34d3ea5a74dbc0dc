package lakehouse.models.property;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The models of a random source, as a user writes them. */
final class PropertyModels {
  /** Every day of the interval that an owner had, or has. */
  static final String INTERVAL = "{from: begins_on, to: 'date_sub(ends_on, 1)'}";

  /** A day counts on the two after it, too. */
  static final String LOOK_AHEAD = "'sequence(day, date_add(day, 2))'";

  private PropertyModels() {}

  /** Writes the models of a source into a folder of models. */
  static void write(Path folder, String source, String interval, String lookAhead) {
    model(
        folder,
        source,
        "entry_history",
        """
        /*
        description: What an entry was, and when
        materialized: scd2
        unique_key: [place, day]
        */
        SELECT * FROM ${ref('bronze.${source}.entry')}
        """);
    model(
        folder,
        source,
        "owner_history",
        """
        /*
        description: Who owned what, and when that was known
        materialized: scd2
        unique_key: owner_id
        */
        SELECT owner_id, name, fee, remark, valid_from, valid_to, is_current
        FROM ${ref('bronze.${source}.owner')}
        """);
    model(
        folder,
        source,
        "owned",
        """
        /*
        description: Amounts of a day, by who owned the place on it
        materialized: touched_partitions
        unique_key: [day, name]
        partition_by: day
        inputs:
          silver.${source}.entry: {reach: day, watches: [amount]}
          silver.${source}.owner: {reach: [INTERVAL], watches: [place, begins_on, ends_on, name]}
        */
        SELECT
          e.day,
          coalesce(o.name, 'nobody') AS name,
          sum(e.amount) AS amount,
          count(*) AS entries
        FROM ${ref('silver.${source}.entry')} e
        LEFT JOIN ${ref('silver.${source}.owner')} o
          ON o.place = e.place AND e.day >= o.begins_on AND (o.ends_on IS NULL OR e.day < o.ends_on)
        GROUP BY e.day, coalesce(o.name, 'nobody')
        """
            .replace("INTERVAL", interval));
    model(
        folder,
        source,
        "three_days",
        """
        /*
        description: Amounts of a day and the two before it
        materialized: touched_partitions
        unique_key: [day, name]
        partition_by: day
        inputs:
          gold.${source}.owned: {reach: LOOK_AHEAD, watches: [amount]}
        */
        SELECT
          day,
          name,
          sum(amount) OVER (
            PARTITION BY name ORDER BY day RANGE BETWEEN 2 PRECEDING AND CURRENT ROW
          ) AS amount
        FROM ${ref('gold.${source}.owned')}
        """
            .replace("LOOK_AHEAD", lookAhead));
  }

  private static void model(Path folder, String source, String model, String text) {
    try {
      Path file = folder.resolve("gold").resolve(source).resolve(model + ".sql");
      Files.createDirectories(file.getParent());
      Files.writeString(file, text.replace("${source}", source), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
