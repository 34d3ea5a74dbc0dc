package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.BronzeFold;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.source.RandomWorkload;
import lakehouse.source.RandomWorkload.Committed;
import lakehouse.source.SourceDatabase;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random workloads that begin before the slot is made and go on past the hand-over: bronze, folded
 * by its contract, holds what the source holds. {@code -Dlakehouse.seeds} says how many, {@code
 * -Dlakehouse.seed} which is the first.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ITNativeDifferential {
  /** Sources of one process. */
  private static final int AT_ONCE = 3;

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  @Test
  void holdsWhatTheSourceHoldsWhateverItsClientsDo() throws Exception {
    int seeds = Integer.getInteger("lakehouse.seeds", AT_ONCE);
    long first = Long.getLong("lakehouse.seed", System.currentTimeMillis() % 1_000_000);
    System.out.printf("seeds %d to %d%n", first, first + seeds - 1);
    for (long from = first; from < first + seeds; from += AT_ONCE) {
      run(LongStream.range(from, Math.min(from + AT_ONCE, first + seeds)).boxed().toList());
    }
  }

  private void run(List<Long> seeds) throws Exception {
    List<SourceDatabase> sources = new ArrayList<>();
    List<RandomWorkload> workloads = new ArrayList<>();
    for (long seed : seeds) {
      SourceDatabase source =
          RandomWorkload.database(
              lake.platform(), "seed" + seed, lake.folder().resolve("source seed" + seed));
      sources.add(source);
      workloads.add(new RandomWorkload(source, seed));
    }
    Path config =
        SourceDatabase.config(
            sources.stream().collect(Collectors.toMap(any -> any, any -> "engine: native")));
    try (ProgramProcess ingest = streaming(config, sources)) {
      for (SourceDatabase source : sources) {
        lake.awaitCurrent(ingest, source);
      }
      for (RandomWorkload workload : workloads) {
        workload.close();
      }
      long across = 0;
      for (int i = 0; i < sources.size(); i++) {
        lake.awaitCurrent(ingest, sources.get(i));
        across += assertEqual(sources.get(i), workloads.get(i));
      }
      // one source may have been between two transactions at its point
      assertThat(across).as("transactions open across the snapshots").isPositive();
      assertThat(ingest.stop()).as(ingest.output()).isZero();
    } finally {
      for (RandomWorkload workload : workloads) {
        workload.close();
      }
    }
    for (SourceDatabase source : sources) {
      source.drop();
    }
  }

  /**
   * Starts the ingest, and waits until all sources stream. PostgreSQL itself fails now and then to
   * decode a log in which tables are truncated while the slot is made; then what the ingest says is
   * done.
   */
  private static ProgramProcess streaming(Path config, List<SourceDatabase> sources)
      throws Exception {
    List<String> reload = List.of();
    for (int attempt = 1; ; attempt++) {
      ProgramProcess ingest =
          IngestProcess.ingest(
              config,
              reload.stream().flatMap(s -> Stream.of("--reload", s)).toArray(String[]::new));
      try {
        for (SourceDatabase source : sources) {
          awaitState(ingest, source, state -> state.loaded().size() == 4);
          long position = lake.state(source).map(SourceState::position).orElse(0L);
          awaitState(ingest, source, state -> state.position() > position);
        }
      } catch (ConditionTimeoutException | AssertionError e) {
        ingest.close();
        throw new AssertionError(ingest.output(), e);
      }
      reload =
          sources.stream()
              .filter(source -> isUndecodable(ingest, source))
              .map(SourceDatabase::name)
              .toList();
      if (reload.isEmpty()) {
        return ingest;
      }
      assertThat(ingest.stop()).isEqualTo(ExitCode.PREFLIGHT.value());
      assertThat(attempt).as(ingest.output()).isLessThan(4);
      System.out.printf("THE SERVER CANNOT DECODE the log of %s: loaded anew%n", reload);
    }
  }

  private static boolean isUndecodable(ProgramProcess ingest, SourceDatabase source) {
    return ingest
        .output()
        .contains("PostgreSQL cannot decode its log behind slot lake_" + source.name());
  }

  private static void awaitState(
      ProgramProcess ingest, SourceDatabase source, Predicate<SourceState> wanted) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () -> {
              if (isUndecodable(ingest, source)) {
                return true;
              }
              assertThat(ingest.alive()).as(ingest.output()).isTrue();
              return lake.state(source).filter(wanted).isPresent();
            });
  }

  /** Returns how many transactions were open across the snapshot. */
  private long assertEqual(SourceDatabase source, RandomWorkload workload) throws Exception {
    for (String table : RandomWorkload.KEYED) {
      lake.assertEqual(source, table);
    }
    BronzeFold bag = lake.fold(source, RandomWorkload.BAG);
    assertThat(bag.doubledPlaces()).isEmpty();
    assertThat(bag.bag()).isEqualTo(source.bag(RandomWorkload.BAG));

    // the workload was what it is to be
    long point =
        bag.changes().stream()
            .filter(change -> change.op().equals("l"))
            .mapToLong(change -> change.commitLsn() + 1)
            .max()
            .orElseThrow();
    List<Committed> committed = workload.committed();
    long across = committed.stream().filter(t -> t.begun() < point && t.ended() > point).count();
    long spilled =
        Long.parseLong(
            source.query(
                """
                SELECT spill_txns FROM pg_stat_replication_slots
                WHERE slot_name = 'lake_%s'"""
                    .formatted(source.name())));
    System.out.printf(
        "%s: equal after %d transactions; %d open across the snapshot, %d spilled%n",
        source.name(), committed.size(), across, spilled);
    assertThat(spilled).as("transactions that spilled").isPositive();
    return across;
  }
}
