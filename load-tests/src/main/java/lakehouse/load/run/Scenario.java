package lakehouse.load.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;

/**
 * What a load test is made of: the shape of the rows and the distribution of the changes.
 *
 * @param name the file's name
 * @param description what it is like, in a sentence
 * @param data the databases
 * @param stream what changes while the ingest runs; absent: nothing
 * @param nights what changes before each nightly run of the models; absent: none
 * @param floors what is measured beside the lake; absent: nothing
 */
record Scenario(
    String name,
    String description,
    Data data,
    Optional<Stream> stream,
    Optional<Nights> nights,
    Optional<Floors> floors) {

  Scenario {
    List<String> problems = new ArrayList<>();
    check(problems, data.rows() >= 1_000, "data.rows must be at least 1000", data.rows());
    check(
        problems,
        data.kind() != Kind.UTILITY || (data.intervalMonths() >= 1 && data.intervalMonths() <= 11),
        "data.interval-months must be 1 to 11",
        data.intervalMonths());
    check(problems, data.tables() >= 1, "data.tables must be at least 1", data.tables());
    check(problems, data.columns() >= 4, "data.columns must be at least 4", data.columns());
    stream.ifPresent(
        it -> {
          check(
              problems,
              it.insertPercent() + it.updatePercent() + it.deletePercent() == 100,
              "the percentages of inserts, updates and deletes must be 100 together",
              it);
          check(
              problems,
              it.rowsPerTransaction() >= 1 && it.changesPerSecond() >= it.rowsPerTransaction(),
              "stream.changes-per-second must be at least stream.rows-per-transaction, and this at least 1",
              it);
          check(problems, it.seconds() >= 1, "stream.seconds must be at least 1", it.seconds());
        });
    nights.ifPresent(
        it -> check(problems, it.count() >= 1, "nights.count must be at least 1", it.count()));
    if (!problems.isEmpty()) {
      throw new LakeException(
          ExitCode.CONFIGURATION, "Scenario %s: %s".formatted(name, String.join("; ", problems)));
    }
  }

  private static void check(List<String> problems, boolean holds, String rule, Object value) {
    if (!holds) {
      problems.add(rule + ": " + value);
    }
  }

  /** What the databases are. */
  enum Kind {
    /** The utility's four databases; the rows are its interval readings. */
    UTILITY,
    /** One table of many columns, a part of them long texts. */
    WIDE,
    /** Many tables of the same few columns, which share the rows. */
    MANY_TABLES
  }

  /**
   * The databases and the shape of their rows.
   *
   * @param rows about how many the largest table has, or all of the many together
   * @param seed the same seed makes the same rows
   * @param intervalMonths of a utility: how many months its readings span
   * @param partitioned of a utility: whether readings are partitioned by month in PostgreSQL
   * @param tables of the many: how many
   * @param columns of the wide table: how many
   * @param textBytes of the wide table: how long each of its long texts is
   * @param nullPercent of the wide table: how many of its nullable values are null
   */
  record Data(
      Kind kind,
      long rows,
      long seed,
      int intervalMonths,
      boolean partitioned,
      int tables,
      int columns,
      int textBytes,
      int nullPercent) {
    Data withRows(long others) {
      return new Data(
          kind, others, seed, intervalMonths, partitioned, tables, columns, textBytes, nullPercent);
    }
  }

  /**
   * Changes that come at fixed times, whatever the lake does.
   *
   * @param recentPercent how many updates and deletes fall into the newest days
   * @param recentDays how many days these are
   * @param hotPercent how many updates and deletes fall upon a hundredth of the keys
   * @param burst when more come; absent: never
   */
  record Stream(
      int changesPerSecond,
      int seconds,
      int rowsPerTransaction,
      int insertPercent,
      int updatePercent,
      int deletePercent,
      int recentPercent,
      int recentDays,
      int hotPercent,
      Optional<Burst> burst) {}

  /** So many times more changes for some seconds of each period, as when a month is billed. */
  record Burst(int everySeconds, int forSeconds, int factor) {}

  /**
   * Nights: about one percent of the rows changes, then the models run.
   *
   * @param count how many nights
   */
  record Nights(int count) {}

  /**
   * What the lake's figures are held against.
   *
   * @param peerRows how many rows the slower peers are given at most
   * @param flinkCdc whether the engine flink-cdc is one of them
   */
  record Floors(long peerRows, boolean flinkCdc) {}

  /** The same with another number of rows. */
  Scenario withRows(long rows) {
    return new Scenario(name, description, data.withRows(rows), stream, nights, floors);
  }
}
