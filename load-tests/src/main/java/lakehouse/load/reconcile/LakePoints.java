package lakehouse.load.reconcile;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.load.reconcile.Reconciliation.Patience;
import org.postgresql.replication.LogSequenceNumber;

/** Takes a point of each source, and waits until the lake holds all of them. */
final class LakePoints {
  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  private final LakeConfig config;
  private final Patience patience;

  LakePoints(LakeConfig config, Patience patience) {
    this.config = config;
    this.patience = patience;
  }

  /**
   * A point that the lake holds.
   *
   * @param state of the source in the catalog, at or beyond the point
   * @param cut what of its change logs belongs to the point
   */
  record Held(SourcePoint point, SourceState state, BronzeCut cut) {}

  /**
   * Takes and waits.
   *
   * @param taken told each point as soon as it is taken: it is to be closed, whatever happens next
   */
  Map<String, Held> take(List<PostgresConfig> sources, Consumer<SourcePoint> taken) {
    Map<String, SourcePoint> points = new LinkedHashMap<>();
    for (PostgresConfig source : sources) {
      SourcePoint point = SourcePoint.take(source, patience.writers());
      taken.accept(point);
      points.put(source.name(), point);
      // nothing may come after it by itself for a long time
      SourcePoint.advance(source);
    }
    Map<String, Held> held = new LinkedHashMap<>();
    try (LakeCatalog catalog = LakeCatalog.open(config.catalog());
        CatalogCommit states = new CatalogCommit(catalog)) {
      long deadline = System.nanoTime() + patience.lake().toNanos();
      for (PostgresConfig source : sources) {
        SourcePoint point = points.get(source.name());
        SourceState state = await(source, point, states, deadline);
        held.put(
            source.name(),
            new Held(point, state, BronzeCut.at(point, state.epoch(), source.engine())));
      }
    }
    return held;
  }

  private static SourceState await(
      PostgresConfig source, SourcePoint point, CatalogCommit states, long deadline) {
    while (true) {
      SourceState state =
          states
              .state(source.name())
              .orElseThrow(
                  () ->
                      new LakeException(
                          ExitCode.PREFLIGHT,
                          "The lake holds nothing of source %s yet. Start its ingest: `lake ingest`."
                              .formatted(source.name())));
      if (!state.systemIdentifier().equals(point.systemIdentifier())
          || state.timeline() != point.timeline()) {
        throw new LakeException(
            ExitCode.CONFLICT,
            """
            Source %s is server %s on timeline %d, and the lake holds server %s on timeline %d: their positions \
            do not compare."""
                .formatted(
                    source.name(),
                    point.systemIdentifier(),
                    point.timeline(),
                    state.systemIdentifier(),
                    state.timeline()));
      }
      if (state.lsn() >= point.lsn()) {
        return state;
      }
      if (System.nanoTime() > deadline) {
        throw new LakeException(
            ExitCode.CONFLICT,
            """
            The lake holds source %s up to %s, and did not come to %s in time. Is its ingest running? \
            `lake status` tells how far it is; --wait gives it longer; with --at-rest silver is compared as it stands."""
                .formatted(
                    source.name(),
                    LogSequenceNumber.valueOf(state.lsn()).asString(),
                    point.position()));
      }
      try {
        Thread.sleep(LOOK_EVERY.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while waiting for the lake", e);
      }
    }
  }
}
