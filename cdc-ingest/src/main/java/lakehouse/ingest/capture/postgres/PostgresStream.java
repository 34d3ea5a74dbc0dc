package lakehouse.ingest.capture.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import lakehouse.ingest.Faults;
import lakehouse.ingest.capture.CatalogPosition;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.postgres.PostgresSplit.Stream;
import lakehouse.ingest.capture.postgres.RowLayout.Form;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEvent.Change;
import lakehouse.ingest.event.ChangeEvent.Progress;
import lakehouse.ingest.event.Operation;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.core.io.InputStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream of changes while it runs. A transaction is handed out within one call. Not for use by
 * many threads.
 */
final class PostgresStream implements PgOutputDecoder.Receiver, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresStream.class);

  private final PostgresSessions sessions;
  private final int epoch;
  private final CatalogPosition catalog;
  private final Consumer<Set<String>> onVoid;
  private final RelationCache relations;
  private final Set<Long> wholeLoads = new HashSet<>();
  private final Set<String> voided = new TreeSet<>();

  private long position;
  private long committedAt;
  private Set<String> loaded;
  private boolean progressed = true;
  private @Nullable Wire wire;
  private @Nullable ReaderOutput<ChangeEvent> output;

  /** A session that streams. */
  private record Wire(WalReader wal, SlotGuardian guardian, PgOutputDecoder decoder) {}

  /**
   * @param from where the stream begins; it connects when it is first asked for changes
   * @param onVoid told of tables that are to be loaded anew
   */
  PostgresStream(
      PostgresSessions sessions,
      int epoch,
      ColumnMasks masks,
      CatalogPosition catalog,
      Stream from,
      Consumer<Set<String>> onVoid) {
    this.sessions = sessions;
    this.epoch = epoch;
    this.catalog = catalog;
    this.onVoid = onVoid;
    this.relations = new RelationCache(sessions, masks, this::reload);
    this.position = from.from();
    this.committedAt = from.committedAt();
    this.loaded = Set.copyOf(from.names());
    from.tables().forEach(relations::capture);
  }

  /** Hands out what has come, whole transactions of it, and how far the stream is then. */
  InputStatus poll(ReaderOutput<ChangeEvent> to) throws SQLException, InterruptedException {
    output = to;
    if (wire == null) {
      wire = connect();
    }
    WalReader.Batch batch = wire.wal().poll();
    if (batch != null) {
      decode(batch);
      while (wire.decoder().inTransaction() && !Faults.on(Faults.SPLIT_TRANSACTIONS)) {
        decode(wire.wal().take());
      }
    }
    if (progressed) {
      tell();
    }
    return batch == null ? InputStatus.NOTHING_AVAILABLE : InputStatus.MORE_AVAILABLE;
  }

  /** Completes when there is something to be polled. */
  CompletableFuture<Void> available() {
    return wire == null || progressed
        ? CompletableFuture.completedFuture(null)
        : wire.wal().available();
  }

  /** Keeps all changes from here on of tables that are going to be loaded. */
  void announce(List<SourceTable> tables) {
    tables.forEach(relations::announce);
    loaded = names();
    disconnect(); // what is described already is not described again
    progressed = true;
  }

  /** Leaves out what announced tables had committed before their load's point. */
  void planned(long point, List<SourceTable> tables) {
    tables.forEach(table -> relations.planned(table, point));
  }

  /** The load of that point is handed out whole, and the tables of it count from its point on. */
  void whole(long point) {
    wholeLoads.add(point);
    progressed = true;
    if (wire != null) {
      wire.wal().wake();
    }
  }

  /** Where the stream stands. */
  Stream position() {
    return new Stream(position, committedAt, relations.tables());
  }

  private void tell() {
    progressed = false;
    for (long point : List.copyOf(wholeLoads)) {
      if (point <= position) {
        relations.loaded(point);
        wholeLoads.remove(point);
        loaded = names();
      }
    }
    if (!voided.isEmpty()) {
      loaded = names();
      onVoid.accept(Set.copyOf(voided));
      voided.clear();
    }
    output.collect(new Progress(position, committedAt, loaded, null));
  }

  private Set<String> names() {
    return Set.copyOf(position().names());
  }

  private void decode(WalReader.Batch batch) throws SQLException {
    long now = System.currentTimeMillis() * 1_000;
    for (byte[] message : batch.messages()) {
      wire.decoder().decode(message, WalReader.Batch.body(), WalReader.Batch.lsn(message), now);
    }
    if (batch.reached() > position && !wire.decoder().inTransaction()) {
      position = batch.reached();
      progressed = true;
    }
  }

  @Override
  public void change(RowLayout layout, Operation operation, WireRow row) {
    output.collect(new Change(layout.schema(), operation, row));
    LargeRows.rejected(layout.schema(), operation, row).ifPresent(output::collect);
  }

  @Override
  public void committed(long endLsn, long committedAtMicros) {
    position = endLsn;
    committedAt = committedAtMicros;
    progressed = true;
  }

  @Override
  public void message(String prefix, String content) {
    // anyone may write messages; what is no table of ours, or is loaded anew already, says nothing
    if (prefix.equals(NativeEngine.RESYNC) && relations.forget(content)) {
      LOG.info("Source {}: table {} is to be loaded anew", sessions.source().name(), content);
      voided.add(content);
      progressed = true;
    }
  }

  private void reload(SourceTable table, String cause) {
    LOG.info(
        "Source {}: table {} is loaded anew: {}",
        sessions.source().name(),
        table.qualifiedName(),
        cause);
    voided.add(table.qualifiedName());
  }

  private Wire connect() throws SQLException, InterruptedException {
    Form form;
    try (Connection connection = sessions.open()) {
      TypeCatalog types = TypeCatalog.read(connection);
      form =
          relations.readableForm(
              new SourceTables(connection, sessions.source().publication(), types));
      relations.begin(types, form);
    }
    WalReader wal = WalReader.start(sessions, position, form == Form.STREAM_BINARY);
    return new Wire(
        wal, new SlotGuardian(catalog, wal), new PgOutputDecoder(relations, epoch, this));
  }

  private void disconnect() {
    if (wire != null) {
      wire.guardian().close();
      wire.wal().close();
      wire = null;
    }
  }

  @Override
  public void close() {
    disconnect();
  }
}
