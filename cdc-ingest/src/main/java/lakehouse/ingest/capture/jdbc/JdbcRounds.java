package lakehouse.ingest.capture.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.ColumnRuleConfig;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.JdbcTableConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.ingest.capture.CatalogPosition;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.jdbc.JdbcItem.Begin;
import lakehouse.ingest.capture.jdbc.JdbcItem.End;
import lakehouse.ingest.capture.jdbc.Watermark.LookBack;
import lakehouse.ingest.event.ChangeEvent.Rejected.Reason;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a database round by round: in each, what is due of every table. A round without anything to
 * tell is not told, but for the first one, which shows that the source was looked at.
 */
final class JdbcRounds implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcRounds.class);

  private final JdbcConfig source;
  private final @Nullable Secret maskKey;
  private final JdbcSessions sessions;
  private final JdbcHandOver output;
  private final TableReading reading;
  private final KeyComparison comparison;
  private final CatalogPosition catalog;
  private final Map<String, SeenRows> seen = new HashMap<>();
  private final Map<String, JdbcTable> versions = new HashMap<>();
  private JdbcPosition position;
  private boolean first = true;

  JdbcRounds(
      JdbcConfig source,
      @Nullable Secret maskKey,
      JdbcHandOver output,
      TableReading reading,
      KeyComparison comparison,
      CatalogPosition catalog,
      JdbcPosition position) {
    this.source = source;
    this.maskKey = maskKey;
    this.sessions = new JdbcSessions(source);
    this.output = output;
    this.reading = reading;
    this.comparison = comparison;
    this.catalog = catalog;
    this.position = position;
  }

  @Override
  public void run() {
    try {
      while (true) {
        round();
        first = false;
        TimeUnit.MILLISECONDS.sleep(source.pollInterval().toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the reader closes
    } catch (Throwable e) {
      output.broken(e);
    }
  }

  private void round() throws SQLException, InterruptedException {
    Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    long told = output.told();
    output.put(new Begin(position.round() + 1, startedAt.toEpochMilli() * 1_000));
    Map<String, JdbcPosition.Table> tables = new TreeMap<>();
    ColumnMasks masks = ColumnMasks.of(source.masks(), maskKey);
    try (Connection session = sessions.open()) {
      for (JdbcTableConfig config : source.tables()) {
        JdbcTable found = JdbcTable.read(session, config, masks);
        // one instance for each version, by which writers know theirs
        JdbcTable table =
            versions.merge(found.name(), found, (last, now) -> now.equals(last) ? last : now);
        requireSound(table);
        tables.put(table.name(), read(session, table, startedAt));
      }
    }
    boolean saysAnything = output.told() > told || !tables.equals(position.tables());
    if (first || saysAnything) {
      position = new JdbcPosition(position.round() + 1, tables);
      output.put(new End(position));
    }
  }

  private JdbcPosition.Table read(Connection session, JdbcTable table, Instant now)
      throws SQLException, InterruptedException {
    JdbcPosition.Table before = position.tables().get(table.name());
    Watermark.Kind kind = table.watermarkKind();
    Watermark to = kind == null ? null : new JdbcQueries(table).greatest(session, kind);
    SeenRows rows = seen.computeIfAbsent(table.name(), any -> new SeenRows());
    Instant compared = before == null ? null : before.keysCompared();

    if (before == null
        || isDue(table.config().wholeEvery(), before.readWhole(), now)
        || wentBack(table, before, to)) {
      reading.whole(session, table, to, rows);
      rows.next();
      return new JdbcPosition.Table(text(to, null), now, now);
    }
    if (isDue(table.config().compareKeysInterval(), compared, now)) {
      awaitCommitted();
      comparison.compare(table, rows);
      compared = now;
    }
    if (kind != null && (to != null || new JdbcQueries(table).readsWithoutWatermark())) {
      Watermark from =
          before.watermark() == null
              ? null
              : Watermark.of(kind, before.watermark()).lookingBack(lookBack(table));
      reading.since(table, kind, from, to, rows);
      rows.next();
    }
    return new JdbcPosition.Table(text(to, before.watermark()), before.readWhole(), compared);
  }

  /**
   * Whether the greatest watermark is less than where the reading would begin: somebody has set the
   * clock back, or restored an older state, and what was written since would be passed over. The
   * rows are all read anew then.
   */
  private boolean wentBack(JdbcTable table, JdbcPosition.Table before, @Nullable Watermark to)
      throws InterruptedException {
    if (to == null || before.watermark() == null) {
      return false;
    }
    Watermark last = Watermark.of(to.kind(), before.watermark());
    if (to.compareTo(last.lookingBack(lookBack(table))) >= 0) {
      return false;
    }
    String sentence =
        "The greatest %s went back from %s to %s; the table was read whole, anew."
            .formatted(table.config().watermark().orElseThrow(), last, to);
    LOG.warn("Source {}: table {}: {}", source.name(), table.name(), sentence);
    output.fault(table, "watermark " + last.text(), new Reason(JdbcEngine.NOTICE, sentence), null);
    return true;
  }

  static LookBack lookBack(JdbcTable table) {
    return LookBack.of(table.config().lookBack(), table.config().lookBackNumber());
  }

  private static @Nullable String text(@Nullable Watermark watermark, @Nullable String before) {
    return watermark == null ? before : watermark.text();
  }

  private static boolean isDue(Optional<Duration> interval, @Nullable Instant last, Instant now) {
    return interval.isPresent() && (last == null || !now.isBefore(last.plus(interval.get())));
  }

  /** Until the lake holds all that was handed out: what is compared is what stands there. */
  private void awaitCommitted() throws InterruptedException {
    while (catalog.read() < position.round()) {
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private void requireSound(JdbcTable table) {
    if (table.config().watermark().isPresent() && table.watermarkKind() == null) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          """
          Source %s: table %s has no column %s any more that can be a watermark.
          Correct `watermark` of the table, or the table. `lake doctor` tells more."""
              .formatted(source.name(), table.name(), table.config().watermark().get()));
    }
    if (!table.idleRules().isEmpty()) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          """
          Source %s: table %s is not any more as its rules have it: nothing can be held against those of %s.
          Correct `rules` of the table, or the table. `lake doctor` tells more."""
              .formatted(
                  source.name(),
                  table.name(),
                  table.idleRules().stream().map(ColumnRuleConfig::column).toList()));
    }
  }
}
