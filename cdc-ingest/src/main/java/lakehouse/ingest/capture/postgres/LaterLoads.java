package lakehouse.ingest.capture.postgres;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import lakehouse.ingest.capture.CaptureRun.CapturedTable;
import lakehouse.ingest.capture.CaptureRun.NewTables;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadAnnounced;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadPlanned;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadWhole;
import lakehouse.ingest.capture.postgres.LoadPlanner.Plan;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans loads while the stream goes on, of all that is to be captured and is not whole: a table
 * that came later, or is to be loaded anew. One at a time; it begins again after any failure.
 *
 * <p>A load is announced to the stream's reader first, and its pair taken when that answers: so no
 * change at or after its point is missed.
 */
final class LaterLoads {
  private static final Logger LOG = LoggerFactory.getLogger(LaterLoads.class);
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(10);

  private final SplitEnumeratorContext<PostgresSplit> context;
  private final int streamReader;
  private final String source;
  private final LoadPlanner planner;
  private final Consumer<Plan> begin;
  private final Map<String, CapturedTable> wanted = new TreeMap<>();

  /** What the stream's reader holds whole; null while it is not known. */
  private @Nullable Set<String> loaded;

  /** What the load is of that is on its way or goes on; empty if there is none. */
  private List<CapturedTable> current = List.of();

  /** Tells a load from those given up before it. */
  private long attempt;

  /**
   * @param streamReader the subtask that reads the stream
   * @param begin takes a load that is planned
   */
  LaterLoads(
      SplitEnumeratorContext<PostgresSplit> context,
      int streamReader,
      String source,
      LoadPlanner planner,
      List<CapturedTable> tables,
      Consumer<Plan> begin) {
    this.context = context;
    this.streamReader = streamReader;
    this.source = source;
    this.planner = planner;
    this.begin = begin;
    tables.forEach(table -> wanted.put(table.qualifiedName(), table));
  }

  /** Looks for new tables from now on. */
  void look(NewTables newTables) {
    context.callAsync(
        newTables::find, this::found, LOOK_INTERVAL.toMillis(), LOOK_INTERVAL.toMillis());
  }

  private void found(@Nullable List<CapturedTable> tables, @Nullable Throwable failure) {
    if (failure != null) {
      LOG.warn("Source {}: could not look for new tables; tries again", source, failure);
      return;
    }
    for (CapturedTable table : tables) {
      if (wanted.putIfAbsent(table.qualifiedName(), table) == null) {
        LOG.info("Source {}: table {} is new", source, table.qualifiedName());
      }
    }
    announceMissing();
  }

  /** The stream is with its reader, and these tables are whole; a load that went on is void. */
  void streams(Collection<String> whole) {
    abandon();
    loaded = new TreeSet<>(whole);
    announceMissing();
  }

  /** The stream's reader starts again, and will say what it holds; a load that went on is void. */
  void streamIsLost() {
    abandon();
    loaded = null;
  }

  /** These tables are not whole any more; a load that went on, which may be of them, is void. */
  void areVoid(Set<String> tables) {
    if (loaded != null) {
      loaded.removeAll(tables);
      abandon();
      announceMissing();
    }
  }

  /** Announces what is not whole, unless a load goes on. */
  private void announceMissing() {
    if (loaded == null || !current.isEmpty()) {
      return;
    }
    List<CapturedTable> missing =
        wanted.values().stream().filter(table -> !loaded.contains(table.qualifiedName())).toList();
    if (missing.isEmpty()) {
      return;
    }
    current = missing;
    long own = ++attempt;
    context.callAsync(
        () -> planner.read(missing),
        (tables, failure) -> {
          if (own != attempt) {
            return;
          }
          if (failure != null) {
            giveUp(failure);
          } else if (tables.isEmpty()) {
            current = List.of(); // they were dropped
          } else {
            context.sendEventToSourceReader(streamReader, new LoadAnnounced(own, tables));
          }
        });
  }

  /** The stream's reader keeps the changes of the announced tables: the pair can be taken. */
  void changesAreKept(long announcement) {
    if (announcement != attempt) {
      return;
    }
    List<CapturedTable> tables = current;
    context.callAsync(
        () -> planner.later(tables),
        (plan, failure) -> {
          if (announcement != attempt) {
            LoadPlanner.close(plan);
          } else if (failure != null) {
            giveUp(failure);
          } else {
            context.sendEventToSourceReader(
                streamReader, new LoadPlanned(plan.point(), plan.tables()));
            begin.accept(plan);
          }
        });
  }

  /** A checkpoint holds the whole load. */
  void whole(Plan plan) {
    Set<String> names =
        plan.tables().stream().map(SourceTable::qualifiedName).collect(Collectors.toSet());
    LOG.info("Source {}: the load of {} is done", source, names);
    context.sendEventToSourceReader(streamReader, new LoadWhole(plan.point()));
    loaded.addAll(names);
    current = List.of();
    context.callAsync(
        () -> {
          planner.moveLog();
          return names;
        },
        (moved, failure) -> {
          if (failure != null) {
            LOG.warn("Source {}: {} will show with the next change of any", source, names, failure);
          }
        });
    announceMissing();
  }

  // The tables that stream are not to suffer from one that can't be loaded.
  private void giveUp(Throwable failure) {
    LOG.warn(
        "Source {}: the load of {} could not begin; it is tried again in {} s. {}",
        source,
        current.stream().map(CapturedTable::qualifiedName).toList(),
        LOOK_INTERVAL.toSeconds(),
        failure.getMessage());
    abandon();
  }

  private void abandon() {
    attempt++;
    current = List.of();
  }
}
