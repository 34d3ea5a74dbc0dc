package lakehouse.ingest.job;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.commit.TableChange;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.capture.SourceConnection;
import lakehouse.ingest.capture.postgres.NativeEngine;
import org.postgresql.replication.LogSequenceNumber;

/**
 * Has tables loaded anew. A running capture is asked by a message in the source's log, which has a
 * position as any change has: it is not lost if the capture ends before it has read it. While none
 * runs, the catalog is told, and the next capture loads them.
 */
public final class Resync implements AutoCloseable {
  private final PostgresConfig source;
  private final CatalogCommit commit;

  /** Of one source. */
  public Resync(LakeCatalog catalog, PostgresConfig source) {
    this.source = source;
    this.commit = new CatalogCommit(catalog);
  }

  /** What is under way for tables that were asked for. */
  public sealed interface Asked {
    /**
     * The running capture loads them.
     *
     * @param lsn the end of the log when it was asked
     */
    record OfCapture(long lsn) implements Asked {}

    /** No capture runs; the next one loads them. */
    record OfNextCapture() implements Asked {}
  }

  /**
   * Asks for tables to be loaded anew.
   *
   * @param tables their names, {@code schema.table}
   */
  public Asked ask(Set<String> tables) {
    return ask(tables, List::of);
  }

  /**
   * The same.
   *
   * @param withIt makes changes of tables for the commit by which the catalog is told; not asked
   *     where a capture runs
   */
  Asked ask(Set<String> tables, Supplier<List<TableChange>> withIt) {
    SourceState state = requireAble();
    Optional<SourceLock> lock = SourceLock.tryTake(source);
    try {
      if (lock.isPresent() && !streams()) {
        commit.forgetLoads(state, tables, withIt.get());
        return new Asked.OfNextCapture();
      }
    } finally {
      lock.ifPresent(SourceLock::close);
    }
    return new Asked.OfCapture(send(tables));
  }

  /** Whether the catalog holds the tables whole, as loaded after they were asked for. */
  public boolean isDone(Asked.OfCapture asked, Set<String> tables) {
    SourceState state = commit.state(source.name()).orElseThrow();
    return Long.compareUnsigned(state.lsn(), asked.lsn()) >= 0
        && state.loaded().containsAll(tables);
  }

  /**
   * Waits until it is done.
   *
   * @throws LakeException if the capture ends before
   */
  public void await(Asked.OfCapture asked, Set<String> tables) throws InterruptedException {
    while (!isDone(asked, tables)) {
      TimeUnit.SECONDS.sleep(1);
      if (!isCaptured() && !isDone(asked, tables)) {
        throw new LakeException(
            ExitCode.PREFLIGHT,
            """
            The ingest of source %1$s has ended before the load was whole.
            It is not lost: the next start goes on with it: lake ingest --source %1$s"""
                .formatted(source.name()));
      }
    }
  }

  /** Whether a capture of the source runs. */
  public boolean isCaptured() {
    try {
      return SourceLock.isHeld(source) || streams();
    } catch (SQLException e) {
      throw cannotBeAsked(e);
    }
  }

  /** The source's state, if tables of it can be loaded anew. */
  SourceState requireAble() {
    if (source.engine() != CaptureEngineName.NATIVE) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          """
          Source %1$s is captured by flink-cdc, which cannot load one table anew.
          Load the whole source: `lake ingest --reload %1$s`; or set `engine: native`."""
              .formatted(source.name()));
    }
    return commit
        .state(source.name())
        .filter(state -> state.run().equals(SourceStart.LOG_RUN) && state.position() > 0)
        .orElseThrow(
            () ->
                new LakeException(
                    ExitCode.CONFLICT,
                    """
                    The lake holds no load of source %1$s by the engine native yet; its next \
                    start loads every table: `lake ingest --source %1$s`."""
                        .formatted(source.name())));
  }

  private boolean streams() {
    return query(
            """
            SELECT EXISTS (
              SELECT FROM pg_catalog.pg_replication_slots WHERE slot_name = ? AND active)""",
            source.slot())
        .equals("t");
  }

  private long send(Set<String> tables) {
    for (String table : tables) {
      query("SELECT pg_catalog.pg_logical_emit_message(true, ?, ?)", NativeEngine.RESYNC, table);
    }
    // beyond the commits of the messages
    return LogSequenceNumber.valueOf(query("SELECT pg_current_wal_insert_lsn()")).asLong();
  }

  private String query(String sql, String... parameters) {
    try (Connection connection = SourceConnection.open(source, "lakehouse resync");
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getString(1);
      }
    } catch (SQLException e) {
      throw cannotBeAsked(e);
    }
  }

  private LakeException cannotBeAsked(SQLException e) {
    return new LakeException(
        ExitCode.PREFLIGHT,
        "Source %s cannot be asked (%s). `lake doctor` tells more."
            .formatted(source.name(), e.getMessage()),
        e);
  }

  @Override
  public void close() {
    commit.close();
  }
}
