package lakehouse.load.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.load.fixture.TestedLake;
import lakehouse.source.RandomWorkload;
import lakehouse.source.SourceDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random workloads that begin before the slots are made and go on past the hand-over; silver is
 * made, and made again after some more of them, and then holds what the sources hold. {@code
 * -Dlakehouse.seeds} says how many, {@code -Dlakehouse.seed} which is the first.
 */
class ITDifferential {
  /** Sources of one lake. */
  private static final int AT_ONCE = 10;

  private static final int TABLES = RandomWorkload.KEYED.size() + 1;

  @TempDir private Path folder;

  @Test
  void silverHoldsWhatTheSourcesHoldWhateverTheirClientsDo() throws Exception {
    int seeds = Integer.getInteger("lakehouse.seeds", 3);
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

    // the load of flink-cdc loses what is open across it, so it comes before
    try (ProgramProcess other = lake.ingest(config, "--source", twice.name())) {
      lake.awaitState(
          other, twice.name(), state -> state.loaded().size() == RandomWorkload.KEYED.size());
      List<RandomWorkload> workloads = start(natives, seeds);
      try (ProgramProcess ingest = lake.ingest(config, only(natives))) {
        for (SourceDatabase source : natives) {
          lake.awaitState(ingest, source.name(), state -> state.loaded().size() == TABLES);
        }
        awaitCurrent(lake, ingest, natives); // past the hand-over
        end(workloads);
        awaitCurrent(lake, ingest, natives);
        lake.makeSilver(config);

        workloads = start(natives, seeds.stream().map(seed -> -seed).toList());
        TimeUnit.SECONDS.sleep(5);
        end(workloads);
        awaitCurrent(lake, ingest, natives);
        awaitCurrent(lake, other, List.of(twice));
        lake.makeSilver(config);
        lake.requireEqual(config, natives.size() * TABLES + RandomWorkload.KEYED.size());
        assertThat(ingest.stop()).as(ingest.output()).isZero();
        assertThat(other.stop()).as(other.output()).isZero();
      } finally {
        end(workloads);
      }
    }
  }

  private static List<RandomWorkload> start(List<SourceDatabase> sources, List<Long> seeds) {
    return IntStream.range(0, seeds.size())
        .mapToObj(i -> new RandomWorkload(sources.get(i), seeds.get(i)))
        .toList();
  }

  private static void end(List<RandomWorkload> workloads) throws Exception {
    for (RandomWorkload workload : workloads) {
      workload.close();
      assertThat(workload.committed()).isNotEmpty();
    }
  }

  private static String[] only(List<SourceDatabase> sources) {
    return sources.stream()
        .flatMap(source -> Stream.of("--source", source.name()))
        .toArray(String[]::new);
  }

  private static void awaitCurrent(
      TestedLake lake, ProgramProcess ingest, List<SourceDatabase> sources) throws Exception {
    for (SourceDatabase source : sources) {
      long lsn = source.lsn();
      lake.awaitState(ingest, source.name(), state -> state.lsn() >= lsn);
    }
  }
}
