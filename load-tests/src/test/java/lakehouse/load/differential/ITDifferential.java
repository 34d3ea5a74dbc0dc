package lakehouse.load.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.load.fixture.TestedLake;
import lakehouse.source.RandomWorkload;
import lakehouse.source.SourceDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random workloads that begin before the slots are made and go on past the hand-over, and while
 * silver is made for the first time: made again when they have ended, silver holds what the sources
 * hold. {@code -Dlakehouse.seeds} says how many, {@code -Dlakehouse.seed} which is the first.
 */
class ITDifferential {
  /** Sources of one lake. */
  private static final int AT_ONCE = 10;

  private static final int TABLES = RandomWorkload.KEYED.size() + 1;

  @TempDir private Path folder;

  @Test
  void silverHoldsWhatTheSourcesHoldWhateverTheirClientsDo() throws Exception {
    int seeds = Integer.getInteger("lakehouse.seeds", 7);
    long first = Long.getLong("lakehouse.seed", System.currentTimeMillis() % 1_000_000);
    System.out.printf("seeds %d to %d%n", first, first + seeds - 1);
    for (long from = first; from < first + seeds; from += AT_ONCE) {
      long end = Math.min(from + AT_ONCE, first + seeds);
      try (TestedLake lake =
          new TestedLake(Files.createDirectory(folder.resolve("from " + from)))) {
        run(lake, LongStream.range(from, end).boxed().toList());
      }
      System.out.printf("seeds %d to %d: source = silver%n", from, end - 1);
    }
  }

  private void run(TestedLake lake, List<Long> seeds) throws Exception {
    Map<SourceDatabase, String> sources = new LinkedHashMap<>();
    for (long seed : seeds) {
      String name = "seed" + seed;
      sources.put(
          RandomWorkload.database(lake.platform(), name, folder.resolve(name)), "engine: native");
    }
    List<SourceDatabase> natives = List.copyOf(sources.keySet());
    SourceDatabase twice = natives.get(0).as("other" + seeds.get(0));
    sources.put(twice, "engine: flink-cdc\nexclude: [%s]".formatted(RandomWorkload.BAG));
    Path config = SourceDatabase.config(sources);
    List<RandomWorkload> workloads = new ArrayList<>();

    // the load of flink-cdc loses what is open across it, so it comes before
    try (ProgramProcess other = lake.ingest(config, "--source", twice.name())) {
      lake.awaitState(
          other, twice.name(), state -> state.loaded().size() == RandomWorkload.KEYED.size());
      for (int i = 0; i < seeds.size(); i++) {
        workloads.add(new RandomWorkload(natives.get(i), seeds.get(i)));
      }
      try (ProgramProcess ingest = lake.ingest(config, only(natives))) {
        for (SourceDatabase source : natives) {
          lake.awaitState(ingest, source.name(), state -> state.loaded().size() == TABLES);
        }
        lake.makeSilver(config);
        for (RandomWorkload workload : workloads) {
          workload.close();
        }
        for (SourceDatabase source : natives) {
          awaitCurrent(lake, ingest, source);
        }
        awaitCurrent(lake, other, twice);
        lake.makeSilver(config);
        lake.requireEqual(config, natives.size() * TABLES + RandomWorkload.KEYED.size());
        assertThat(ingest.stop()).as(ingest.output()).isZero();
        assertThat(other.stop()).as(other.output()).isZero();
      }
    } finally {
      for (RandomWorkload workload : workloads) {
        workload.close();
      }
    }
  }

  private static String[] only(List<SourceDatabase> sources) {
    return sources.stream()
        .flatMap(source -> Stream.of("--source", source.name()))
        .toArray(String[]::new);
  }

  private static void awaitCurrent(TestedLake lake, ProgramProcess ingest, SourceDatabase source)
      throws Exception {
    long lsn = source.lsn();
    lake.awaitState(ingest, source.name(), state -> state.lsn() >= lsn);
  }
}
