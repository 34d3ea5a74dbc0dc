package lakehouse.catalog.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A table, or view, that is read by queries.
 *
 * @param table its name in the database
 * @param key the columns that tell rows apart; none for the primary key
 * @param watermark the column that rises with each change of a row
 * @param lookBack how far before the last watermark reading begins, where it is a time
 * @param lookBackNumber the same where it is a number
 * @param from the least watermark that is read
 * @param until the watermark that is not read any more
 * @param partitionBy the column of the key by which a whole reading is parted
 * @param partitions into how many parts, read at once
 * @param refreshInterval how often all rows are read anew
 * @param compareKeysInterval how often keys are compared, which finds deleted rows
 * @param allowScan whether the watermark may be without an index
 * @param rules what the values of columns keep to
 */
public record JdbcTableConfig(
    @Key(
            value = "The table's, or view's, name in the database, as it spells it.",
            pattern = "[^.\"`]+(\\.[^.\"`]+)?",
            expected = "table or schema.table")
        String table,
    @Key(
            value = "The columns that tell rows apart; the primary key if none are named.",
            defaultValue = "[]")
        List<String> key,
    @Key(
            "The column that rises with each change of a row: a time or a number. Without one, the"
                + " table is always read whole.")
        Optional<String> watermark,
    @Key(
            "How far before the last watermark reading begins, where it is a time: as long as a"
                + " transaction may take that sets it.")
        Optional<Duration> lookBack,
    @Key(
            value = "The same where it is a number.",
            defaultValue = "0",
            min = 0,
            max = Integer.MAX_VALUE)
        int lookBackNumber,
    @Key("The least watermark that is read: a number, a date, or a date and time in UTC.")
        Optional<String> from,
    @Key("The watermark from which on nothing is read, of the same form.") Optional<String> until,
    @Key("The column of numbers, one of the key, by which a whole reading is parted.")
        Optional<String> partitionBy,
    @Key(value = "Into how many parts, which are read at once.", defaultValue = "1", max = 64)
        int partitions,
    @Key(
            "How often all rows are read anew, which finds all changes and deleted rows too: every"
                + " day without a watermark, else never.")
        Optional<Duration> refreshInterval,
    @Key(
            "How often the keys of source and lake are compared, which finds deleted rows; never if"
                + " it is not set.")
        Optional<Duration> compareKeysInterval,
    @Key(
            value =
                "Whether the watermark may be without an index, so that each reading scans the"
                    + " table.",
            defaultValue = "false")
        boolean allowScan,
    @Key(
            value = "What the values of columns keep to; a row that breaks a rule is rejected.",
            defaultValue = "[]")
        List<ColumnRuleConfig> rules)
    implements Serializable {
  public JdbcTableConfig {
    key = List.copyOf(key);
    rules = List.copyOf(rules);
  }

  private Object writeReplace() {
    return new Serialized(
        table,
        key,
        watermark.orElse(null),
        lookBack.orElse(null),
        lookBackNumber,
        from.orElse(null),
        until.orElse(null),
        partitionBy.orElse(null),
        partitions,
        refreshInterval.orElse(null),
        compareKeysInterval.orElse(null),
        allowScan,
        rules);
  }

  /** The same with null for what is absent, since an {@code Optional} is not serializable. */
  private record Serialized(
      String table,
      List<String> key,
      @Nullable String watermark,
      @Nullable Duration lookBack,
      int lookBackNumber,
      @Nullable String from,
      @Nullable String until,
      @Nullable String partitionBy,
      int partitions,
      @Nullable Duration refreshInterval,
      @Nullable Duration compareKeysInterval,
      boolean allowScan,
      List<ColumnRuleConfig> rules)
      implements Serializable {
    private Object readResolve() {
      return new JdbcTableConfig(
          table,
          key,
          Optional.ofNullable(watermark),
          Optional.ofNullable(lookBack),
          lookBackNumber,
          Optional.ofNullable(from),
          Optional.ofNullable(until),
          Optional.ofNullable(partitionBy),
          partitions,
          Optional.ofNullable(refreshInterval),
          Optional.ofNullable(compareKeysInterval),
          allowScan,
          rules);
    }
  }

  /** How often all rows are read anew, or empty for never again. */
  public Optional<Duration> wholeEvery() {
    return watermark.isEmpty() && refreshInterval.isEmpty()
        ? Optional.of(Duration.ofDays(1))
        : refreshInterval;
  }
}
