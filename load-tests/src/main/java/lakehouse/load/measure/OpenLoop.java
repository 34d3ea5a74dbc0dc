package lakehouse.load.measure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import org.HdrHistogram.Histogram;
import org.postgresql.replication.LogSequenceNumber;

/**
 * Transactions that are due at fixed times and committed then, or as soon after as their client
 * can, while another thread watches the catalog's position pass them. A delay counts from when the
 * transaction was due, so that one that had to wait for the one before counts in full.
 */
public final class OpenLoop {
  private static final long LOOK_EVERY_NANOS = Duration.ofMillis(10).toNanos();
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int DIGITS = 3;

  private final LongUnaryOperator dueNanos;
  private final long transactions;
  private final Committing committing;

  /** Commits one transaction by a session in auto-commit. */
  public interface Committing {
    /** Commits the transaction of that number, counted from 0. */
    void commit(long number, Statement statement) throws SQLException;
  }

  /** Opens a session for a client. */
  public interface Sessions {
    /** Opens one. */
    Connection connect() throws SQLException;
  }

  /** The ingest, as it is watched. */
  public interface Watched {
    /** Throws if it has ended. */
    void requireAlive();

    /** That it stands still. */
    RuntimeException standstill(String what);
  }

  /**
   * What was measured.
   *
   * @param minutes microseconds until a transaction could be read, by the minute in which it was
   *     due
   * @param changing how long it took to commit all
   */
  public record Result(List<Histogram> minutes, Duration changing) {
    public Result {
      minutes = List.copyOf(minutes);
    }

    /** Of the whole run. */
    public Histogram all() {
      Histogram all = new Histogram(DIGITS);
      minutes.forEach(all::add);
      return all;
    }
  }

  /** Where the log was once a transaction was committed. */
  private record Committed(long dueNanos, long lsn) {}

  /**
   * @param dueNanos when the transaction of a number is due, from the begin
   */
  public OpenLoop(LongUnaryOperator dueNanos, long transactions, Committing committing) {
    this.dueNanos = dueNanos;
    this.transactions = transactions;
    this.committing = committing;
  }

  /**
   * Runs to the end of all transactions and until all can be read.
   *
   * @param clients how many sessions commit, in turns
   * @param heldLsn the position up to which all can be read
   */
  public Result run(int clients, Sessions sessions, LongSupplier heldLsn, Watched ingest)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      long beginNanos = System.nanoTime();
      List<Queue<Committed>> committed = new ArrayList<>();
      List<Future<Duration>> changing = new ArrayList<>();
      for (int client = 0; client < clients; client++) {
        Queue<Committed> own = new ConcurrentLinkedQueue<>();
        committed.add(own);
        changing.add(threads.submit(client(client, clients, sessions, own, beginNanos)));
      }
      List<Histogram> minutes = watch(committed, changing, heldLsn, ingest, beginNanos);
      Duration longest = Duration.ZERO;
      for (Future<Duration> one : changing) {
        longest = one.get().compareTo(longest) > 0 ? one.get() : longest;
      }
      return new Result(minutes, longest);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Commits what is due when it is due; says how long that took. */
  private Callable<Duration> client(
      int client, int clients, Sessions sessions, Queue<Committed> committed, long beginNanos) {
    return () -> {
      try (Connection connection = sessions.connect();
          Statement statement = connection.createStatement()) {
        for (long i = client; i < transactions; i += clients) {
          long due = beginNanos + dueNanos.applyAsLong(i);
          for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
          }
          committing.commit(i, statement);
          try (ResultSet lsn = statement.executeQuery("SELECT pg_current_wal_insert_lsn()")) {
            lsn.next();
            committed.add(new Committed(due, LogSequenceNumber.valueOf(lsn.getString(1)).asLong()));
          }
        }
      }
      return Duration.ofNanos(System.nanoTime() - beginNanos);
    };
  }

  private static List<Histogram> watch(
      List<Queue<Committed>> committed,
      List<Future<Duration>> changing,
      LongSupplier heldLsn,
      Watched ingest,
      long beginNanos)
      throws Exception {
    List<Histogram> minutes = new ArrayList<>();
    long movedNanos = System.nanoTime();
    while (!(changing.stream().allMatch(Future::isDone)
        && committed.stream().allMatch(Queue::isEmpty))) {
      for (Future<Duration> client : changing) {
        if (client.isDone()) {
          client.get(); // what broke it is the cause
        }
      }
      ingest.requireAlive();
      long held = heldLsn.getAsLong();
      long now = System.nanoTime();
      for (Queue<Committed> own : committed) {
        for (Committed next = own.peek(); next != null && next.lsn() <= held; next = own.peek()) {
          int minute = (int) ((next.dueNanos() - beginNanos) / Duration.ofMinutes(1).toNanos());
          while (minutes.size() <= minute) {
            minutes.add(new Histogram(DIGITS));
          }
          minutes.get(minute).recordValue((now - next.dueNanos()) / 1_000);
          own.remove();
          movedNanos = now;
        }
      }
      if (now - movedNanos > PATIENCE.toNanos()) {
        throw ingest.standstill(
            "has captured nothing for %d minutes".formatted(PATIENCE.toMinutes()));
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
    return minutes;
  }
}
