package lakehouse.models.property;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.models.BronzeWriter;
import lakehouse.models.TestLake;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.publish.WriteAuditPublish.Request;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Whatever happens to the tables of a source, and however it is cut into runs: what incremental
 * runs make of it is what DuckDB makes of the same files by the contract alone, and so is what a
 * full refresh makes. {@code -Dlakehouse.seeds} says how many sources are tried, {@code
 * -Dlakehouse.seed} which is the first.
 */
class ITModelProperties {
  private static final long SEED = Long.getLong("lakehouse.seed", System.nanoTime() & 0xffffffL);
  private static final int SEEDS = Integer.getInteger("lakehouse.seeds", 3);

  /** Sources that share a lake and its runs. */
  private static final int TOGETHER = 10;

  private static final int RUNS = 4;

  @RegisterExtension static final TestLake lake = new TestLake();

  /**
   * A source to be played.
   *
   * @param name its name in the lake
   * @param interval how far the model with validity intervals says that a change reaches
   * @param lookAhead how far the one that looks ahead says so
   */
  private record Play(String name, long seed, String interval, String lookAhead) {
    static Play right(long seed) {
      return new Play("s" + seed, seed, PropertyModels.INTERVAL, PropertyModels.LOOK_AHEAD);
    }
  }

  @Test
  void incrementalRunsAndAFullRefreshHoldWhatTheContractSays() {
    for (int from = 0; from < SEEDS; from += TOGETHER) {
      int to = Math.min(SEEDS, from + TOGETHER);
      List<Play> plays = LongStream.range(SEED + from, SEED + to).mapToObj(Play::right).toList();
      assertThat(differences(plays)).as("seeds %d to %d", SEED + from, SEED + to - 1).isEmpty();
      System.out.printf("%d of %d seeds are right, the first is %d%n", to, SEEDS, SEED);
    }
  }

  @Test
  void aReachThatIsTooShortIsFound() {
    List<String> found =
        differences(
            List.of(
                new Play("ahead", 1, PropertyModels.INTERVAL, "day"),
                new Play("begin", 2, "begins_on", PropertyModels.LOOK_AHEAD)));

    assertThat(found)
        .anyMatch(difference -> difference.startsWith("gold.three_days of ahead after run"))
        .anyMatch(difference -> difference.startsWith("gold.owned of begin after run"))
        .as("nothing but what reads by the wrong reach, until it is made anew")
        .allMatch(
            difference ->
                difference.matches(
                    "gold.(three_days of (ahead|begin)|owned of begin) after run .*"));
  }

  /** Plays sources, and tells where what incremental runs or a full refresh made is wrong. */
  private static List<String> differences(List<Play> plays) {
    Path folder = lake.folder().resolve("models-" + plays.get(0).name());
    List<String> differences = new ArrayList<>();
    try (CatalogCommit commits = new CatalogCommit(lake.catalog());
        ContractInDuckDb contract = new ContractInDuckDb()) {
      List<RandomSource> sources = new ArrayList<>();
      for (Play play : plays) {
        sources.add(new RandomSource(lake, commits, play.name(), play.seed()));
        PropertyModels.write(folder, play.name(), play.interval(), play.lookAhead());
      }
      List<Model> models = ModelLibrary.loadFolder(folder);
      Random selection = new Random(plays.get(0).seed());
      for (int run = 0; run < RUNS; run++) {
        boolean last = run == RUNS - 1;
        if (run > 0) {
          sources.forEach(last ? RandomSource::settle : RandomSource::proceed);
        }
        List<RandomSource> whole = new ArrayList<>();
        List<String> select = new ArrayList<>();
        for (RandomSource source : sources) {
          if (run == 0 || last || selection.nextInt(4) > 0) {
            whole.add(source);
            select.addAll(all(source));
          } else {
            // some tables are behind the others for a while
            List<String> some = new ArrayList<>(all(source));
            Collections.shuffle(some, selection);
            select.addAll(some.subList(0, 2));
          }
        }
        boolean many = selection.nextBoolean();
        run(new Request(select, false), models, many);
        compare("after run " + run + (many ? " of many" : ""), whole, contract, differences);
      }
      List<String> everything = sources.stream().flatMap(s -> all(s).stream()).toList();
      boolean many = selection.nextBoolean();
      run(new Request(everything, true), models, many);
      compare("after a full refresh" + (many ? " of many" : ""), sources, contract, differences);
      // what is no longer there costs later runs no time
      sources.stream()
          .flatMap(source -> source.logs().stream())
          .forEach(log -> lake.catalog().iceberg().dropTable(log.name(), false));
    }
    return differences;
  }

  /**
   * Runs models.
   *
   * @param many whether changes are taken for more than memory holds, which go another way
   */
  private static void run(Request request, List<Model> models, boolean many) {
    if (many) {
      System.setProperty("lakehouse.models.few-changes", "0");
    }
    try {
      lake.run(request, models);
    } finally {
      System.clearProperty("lakehouse.models.few-changes");
    }
  }

  private static List<String> all(RandomSource source) {
    return List.of(
        "silver.%s.entry".formatted(source.name()),
        "silver.%s.owner".formatted(source.name()),
        "silver.%s.tick".formatted(source.name()),
        "gold.%s.entry_history".formatted(source.name()),
        "gold.%s.owner_history".formatted(source.name()),
        "gold.%s.owned".formatted(source.name()),
        "gold.%s.three_days".formatted(source.name()));
  }

  private static void compare(
      String when,
      List<RandomSource> sources,
      ContractInDuckDb contract,
      List<String> differences) {
    for (RandomSource source : sources) {
      List<List<String>> files = source.logs().stream().map(ITModelProperties::files).toList();
      contract
          .tables(files.get(0), files.get(1), files.get(2))
          .forEach(
              (table, expected) -> {
                List<String> missing = new ArrayList<>(expected);
                List<String> surplus = rows(source, table);
                List<String> found = List.copyOf(surplus);
                expected.forEach(surplus::remove);
                found.forEach(missing::remove);
                if (!missing.isEmpty() || !surplus.isEmpty()) {
                  differences.add(
                      "%s of %s %s: missing %s, surplus %s"
                          .formatted(table, source.name(), when, missing, surplus));
                }
              });
    }
  }

  private static List<String> files(BronzeWriter log) {
    List<String> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks = log.table().newScan().planFiles()) {
      tasks.forEach(task -> files.add(task.file().location().replaceFirst("^file:/*", "/")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  private static final Map<String, List<String>> COLUMNS =
      Map.of(
          "silver.entry",
          List.of("place", "day", "amount", "level", "grade", "note", "extra", "_unrepresentable"),
          "silver.owner",
          List.of(
              "owner_id",
              "place",
              "begins_on",
              "ends_on",
              "name",
              "fee",
              "remark",
              "_unrepresentable"),
          "silver.tick",
          List.of("place", "level", "label", "extra", "_unrepresentable"),
          "gold.entry_history",
          List.of(
              "place",
              "day",
              "amount",
              "level",
              "grade",
              "note",
              "extra",
              "valid_from",
              "valid_to",
              "is_current"),
          "gold.owner_history",
          List.of("owner_id", "name", "fee", "remark", "valid_from", "valid_to", "is_current"),
          "gold.owned",
          List.of("day", "name", "amount", "entries"),
          "gold.three_days",
          List.of("day", "name", "amount"));

  // A column that no row has had yet may not be there.
  private static List<String> rows(RandomSource source, String name) {
    Table table =
        lake.catalog()
            .iceberg()
            .loadTable(
                TableIdentifier.of(
                    name.substring(0, name.indexOf('.')),
                    source.name(),
                    name.substring(name.indexOf('.') + 1)));
    List<String> all = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      for (Record row : records) {
        List<String> values = new ArrayList<>();
        for (String column : COLUMNS.get(name)) {
          Object value = row.getField(column);
          values.add(
              ContractInDuckDb.text(
                  column.equals(ChangeColumns.UNREPRESENTABLE) && value instanceof Map<?, ?> texts
                      ? texts.get("fee")
                      : value));
        }
        all.add(values.toString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Collections.sort(all);
    return all;
  }
}
