package lakehouse.ingest.capture.postgres;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.Faults;
import lakehouse.ingest.type.Wire;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyDual;

/**
 * Reads a slot's stream on a thread of its own, and tells the server on another one how far the
 * lake is, so that neither a slow writer nor a long transaction makes the server give up on us.
 * Only positions that the catalog holds are ever confirmed: what the slot has passed is gone.
 *
 * <p>A server that is silent for as long as it would bear with us ({@code wal_sender_timeout}),
 * although it is asked to answer, is given up.
 *
 * <p>What is read waits in batches, up to a bound of bytes; beyond it the socket is not read, and
 * the server waits. One thread takes batches; {@link #confirm} may be called by any.
 */
final class WalReader implements AutoCloseable {
  private static final long EPOCH_MICROS = 946_684_800_000_000L;
  private static final int HEADER = 25;
  private static final int BATCH_BYTES = 256 << 10;
  private static final long QUEUE_BYTES = 16L << 20;
  private static final long FEEDBACK_MILLIS = 5_000;
  private static final long SOCKET_WAIT_MILLIS = 500;
  private static final String OBJECT_IN_USE = "55006";
  private static final int SLOT_ATTEMPTS = 100;
  private static final long SLOT_WAIT_MILLIS = 100;

  /** Where nothing comes, each look is after twice the pause of the one before, up to the most. */
  private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /**
   * Messages in the order of the log.
   *
   * @param messages each with the header that {@link #body} begins behind
   * @param bytes their size
   * @param reached the server has sent all transactions that were committed before this position; 0
   *     if it did not say, or if a transaction is open
   */
  record Batch(List<byte[]> messages, long bytes, long reached) {
    /** Where a message's own bytes begin. */
    static int body() {
      return HEADER;
    }

    /** The log position that came with a message. */
    static long lsn(byte[] message) {
      return Wire.int64(message, 1);
    }
  }

  private final PostgresConfig source;
  private final Connection connection;
  private final CopyDual copy;
  private final Thread reading;
  private final Thread feedback;
  private final long patienceNanos;

  /** Fair, so that a busy stream does not keep the feedback away. */
  private final ReentrantLock socket = new ReentrantLock(true);

  private final Object queue = new Object();
  private final Deque<Batch> batches = new ArrayDeque<>();
  private long queuedBytes;
  private CompletableFuture<Void> available = new CompletableFuture<>();
  private @Nullable Throwable failure;

  /** What the catalog holds; 0 until it was asked, which confirms nothing. */
  private volatile long confirmed;

  /** Whether the server was heard, or kept waiting, since this was looked at last. */
  private volatile boolean heard;

  /** Whether the socket is left alone, since the queue is full. */
  private volatile boolean full;

  private volatile boolean closed;

  private WalReader(
      PostgresConfig source, Connection connection, CopyDual copy, Duration patience) {
    this.source = source;
    this.connection = connection;
    this.copy = copy;
    this.patienceNanos = patience.toNanos();
    this.reading = thread("wal-reader", this::read);
    this.feedback = thread("wal-feedback", this::feedBack);
  }

  /**
   * Starts the stream.
   *
   * @param from the stream begins with the first transaction that was committed at or after it;
   *     nothing before it is confirmed by that
   * @param binary whether to send values in binary form
   */
  static WalReader start(PostgresSessions sessions, long from, boolean binary)
      throws SQLException, InterruptedException {
    Connection connection = sessions.openReplication();
    try {
      Duration patience = PostgresSessions.patience(connection);
      String statement =
          "START_REPLICATION SLOT %s LOGICAL %s (proto_version '1', publication_names %s, messages 'true'%s)"
              .formatted(
                  PostgresSql.identifier(sessions.source().slot()),
                  PostgresSql.lsn(from),
                  PostgresSql.literal(PostgresSql.identifier(sessions.source().publication())),
                  binary ? ", binary 'true'" : "");
      CopyDual copy = begin(connection, statement);
      PostgresSessions.waitForEver(connection); // the feedback watches
      WalReader reader = new WalReader(sessions.source(), connection, copy, patience);
      reader.reading.start();
      reader.feedback.start();
      return reader;
    } catch (SQLException | RuntimeException | InterruptedException e) {
      connection.close();
      throw e;
    }
  }

  /** A session of ours that has just ended may hold the slot for a moment longer. */
  private static CopyDual begin(Connection connection, String statement)
      throws SQLException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return connection.unwrap(PGConnection.class).getCopyAPI().copyDual(statement);
      } catch (SQLException e) {
        if (!OBJECT_IN_USE.equals(e.getSQLState()) || attempt == SLOT_ATTEMPTS) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(SLOT_WAIT_MILLIS);
      }
    }
  }

  /**
   * The next batch, or null if none has come yet.
   *
   * @throws LakeException if the server cannot decode its log
   */
  @Nullable Batch poll() throws SQLException {
    synchronized (queue) {
      Batch batch = batches.poll();
      if (batch == null) {
        requireAlive();
        return null;
      }
      queuedBytes -= batch.bytes();
      queue.notifyAll();
      return batch;
    }
  }

  /** The next batch; waits for it. */
  Batch take() throws SQLException, InterruptedException {
    synchronized (queue) {
      while (batches.isEmpty()) {
        requireAlive();
        queue.wait();
      }
    }
    Batch batch = poll();
    if (batch == null) {
      throw new IllegalStateException("batches are taken by one thread");
    }
    return batch;
  }

  /** Completes when a batch, or a failure, is there to be polled. */
  CompletableFuture<Void> available() {
    synchronized (queue) {
      if (!batches.isEmpty() || failure != null) {
        return CompletableFuture.completedFuture(null);
      }
      if (available.isDone()) {
        available = new CompletableFuture<>();
      }
      return available;
    }
  }

  /** Has whoever waits for a batch look again, though there may be none. */
  void wake() {
    CompletableFuture<Void> waiting;
    synchronized (queue) {
      waiting = available;
    }
    waiting.complete(null);
  }

  /** The catalog holds everything before the position: the server may forget it. */
  void confirm(long position) {
    confirmed = Math.max(confirmed, position);
    LockSupport.unpark(feedback);
  }

  private void read() {
    try {
      long fullBatch = Faults.on(Faults.SPLIT_TRANSACTIONS) ? 1 : BATCH_BYTES;
      List<byte[]> messages = new ArrayList<>();
      long bytes = 0;
      long reached = 0;
      boolean inTransaction = false;
      long pause = SHORTEST_PAUSE_NANOS;
      while (!closed) {
        byte[] message;
        socket.lock();
        try {
          // inside a transaction the rest is on its way, and waiting for it costs nothing
          message = copy.readFromCopy(inTransaction);
        } finally {
          socket.unlock();
        }
        if (message == null && !copy.isActive()) {
          throw new SQLException("The server ended the stream");
        }
        if (message != null && !heard) {
          heard = true;
        }
        if (message != null && message[0] == 'w') {
          if (message.length > LargeRows.LIMIT) {
            message = LargeRows.streamed(message, HEADER);
          }
          messages.add(message);
          bytes += message.length;
          byte kind = message[HEADER];
          inTransaction = kind == 'B' || (inTransaction && kind != 'C');
          reached = 0;
        } else if (message != null && message[0] == 'k') {
          reached = inTransaction ? 0 : Wire.int64(message, 1);
          if (message[17] != 0) {
            socket.lock();
            try {
              tell(false);
            } finally {
              socket.unlock();
            }
          }
        }
        boolean idle = message == null;
        if (bytes >= fullBatch || ((idle || reached != 0) && (bytes > 0 || reached != 0))) {
          put(new Batch(messages, bytes, reached));
          messages = new ArrayList<>();
          bytes = 0;
          reached = 0;
        }
        if (idle) {
          LockSupport.parkNanos(pause);
          pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        } else {
          pause = SHORTEST_PAUSE_NANOS;
        }
      }
    } catch (SQLException | RuntimeException | InterruptedException e) {
      fail(e);
    }
  }

  private void put(Batch batch) throws InterruptedException {
    CompletableFuture<Void> ready;
    synchronized (queue) {
      full = queuedBytes > QUEUE_BYTES;
      while (queuedBytes > QUEUE_BYTES && !closed) {
        queue.wait();
      }
      heard = true;
      full = false;
      batches.add(batch);
      queuedBytes += batch.bytes();
      queue.notifyAll();
      ready = available;
    }
    ready.complete(null);
  }

  private void fail(Throwable cause) {
    CompletableFuture<Void> ready;
    synchronized (queue) {
      failure = failure == null ? cause : failure; // what comes of the first one tells nothing
      queue.notifyAll();
      ready = available;
    }
    ready.complete(null);
  }

  private void requireAlive() throws SQLException {
    if (failure != null) {
      Optional<LakeException> known = UndecodableLog.problem(source.name(), source.slot(), failure);
      if (known.isPresent()) {
        throw known.get();
      }
      throw new SQLException("The stream of changes broke: " + failure.getMessage(), failure);
    }
  }

  private void feedBack() {
    try {
      long told = confirmed;
      long due = System.nanoTime();
      long heardNanos = due;
      while (!closed) {
        if (heard || full) {
          heard = false;
          heardNanos = System.nanoTime();
        }
        long silent = System.nanoTime() - heardNanos;
        if (silent > patienceNanos) {
          fail(
              new SQLException(
                  "the server has been silent for %d s"
                      .formatted(TimeUnit.NANOSECONDS.toSeconds(silent))));
          PostgresSessions.cutOff(connection); // frees a reader that waits in the socket
          return;
        }
        boolean ask = silent > patienceNanos / 2;
        if (confirmed != told || ask || System.nanoTime() - due >= 0) {
          long position = confirmed;
          if (status(ask)) {
            told = position;
            due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FEEDBACK_MILLIS);
          }
        }
        LockSupport.parkNanos(
            Math.min(TimeUnit.MILLISECONDS.toNanos(FEEDBACK_MILLIS), patienceNanos / 4));
      }
    } catch (SQLException | RuntimeException | InterruptedException e) {
      fail(e);
    }
  }

  /**
   * Tells the server how far the lake is, unless the reader waits for the rest of a transaction.
   *
   * @param ask whether the server is to answer
   */
  private boolean status(boolean ask) throws SQLException, InterruptedException {
    if (!socket.tryLock(SOCKET_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
      return false;
    }
    try {
      tell(ask);
      return true;
    } finally {
      socket.unlock();
    }
  }

  /** Written, flushed and applied are all what the catalog holds. */
  private void tell(boolean ask) throws SQLException {
    long position = confirmed;
    byte[] message =
        ByteBuffer.allocate(34)
            .put((byte) 'r')
            .putLong(position)
            .putLong(position)
            .putLong(position)
            .putLong(System.currentTimeMillis() * 1_000 - EPOCH_MICROS)
            .put((byte) (ask ? 1 : 0))
            .array();
    if (!closed) {
      copy.writeToCopy(message, 0, message.length);
      copy.flushCopy();
    }
  }

  private static Thread thread(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    closed = true;
    synchronized (queue) {
      queue.notifyAll();
    }
    LockSupport.unpark(feedback);
    wake(); // whoever waits for this one is to go on with the next
    // frees a reader that waits in the socket
    PostgresSessions.cutOff(connection);
  }
}
