package lakehouse.models.publish;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.projectnessie.client.api.CommitMultipleOperationsBuilder;
import org.projectnessie.error.NessieConflictException;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Branch;
import org.projectnessie.model.CommitMeta;
import org.projectnessie.model.Content;
import org.projectnessie.model.ContentKey;
import org.projectnessie.model.ImmutableNamespace;
import org.projectnessie.model.Namespace;
import org.projectnessie.model.Operation;
import org.projectnessie.model.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one run or maintenance at a time change silver and gold. The lock is a branch of the
 * catalog: making it fails when it is there, and it says who holds it and when that one was last
 * seen alive. Each sign of life moves the branch, so a lock can be taken from a dead holder only as
 * it was seen, and a holder that was taken for dead finds out.
 */
public final class RunLock implements AutoCloseable {
  /** The branch that is the lock. */
  public static final String NAME = "lock_models";

  private static final Logger LOG = LoggerFactory.getLogger(RunLock.class);
  private static final ContentKey KEY = ContentKey.of("lock");
  private static final Duration BEAT = Duration.ofSeconds(10);

  /** A holder on another machine, of which nothing was heard for so long, is dead. */
  private static final Duration DEAD = Duration.ofMinutes(5);

  private final LakeCatalog catalog;
  private final Holder holder;
  private final ScheduledExecutorService beats;
  private Reference seen;
  private Optional<String> lost = Optional.empty();

  private RunLock(LakeCatalog catalog, Holder holder, Reference seen) {
    this.catalog = catalog;
    this.holder = holder;
    this.seen = seen;
    this.beats =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "run-lock");
              thread.setDaemon(true);
              return thread;
            });
    ScheduledFuture<?> unused =
        beats.scheduleWithFixedDelay(
            this::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Who holds the lock.
   *
   * @param what what it is held for
   * @param host the machine
   * @param pid the process
   * @param processStart when the process began, which tells it from a later one of the same number
   * @param since since when it is held
   * @param seen when the holder last gave a sign of life
   */
  public record Holder(
      String what, String host, long pid, String processStart, Instant since, Instant seen) {
    static Holder me(String what) {
      ProcessHandle me = ProcessHandle.current();
      Instant now = Instant.now();
      return new Holder(what, hostName(), me.pid(), start(me), now, now);
    }

    Holder seenNow() {
      return new Holder(what, host, pid, processStart, since, Instant.now());
    }

    /** Whether the holder is certainly gone. */
    boolean isDead() {
      if (host.equals(hostName())) {
        return ProcessHandle.of(pid).filter(p -> start(p).equals(processStart)).isEmpty();
      }
      return seen.plus(DEAD).isBefore(Instant.now());
    }

    private static String start(ProcessHandle process) {
      return process.info().startInstant().map(Instant::toString).orElse("");
    }

    Map<String, String> toProperties() {
      return Map.of(
          "what",
          what,
          "host",
          host,
          "pid",
          Long.toString(pid),
          "process-start",
          processStart,
          "since",
          since.toString(),
          "seen",
          seen.toString());
    }

    static Holder of(Map<String, String> properties) {
      return new Holder(
          properties.get("what"),
          properties.get("host"),
          Long.parseLong(properties.get("pid")),
          properties.get("process-start"),
          Instant.parse(properties.get("since")),
          Instant.parse(properties.get("seen")));
    }
  }

  /**
   * Takes the lock.
   *
   * @param what what it is held for, such as the run's id
   * @throws LakeException with {@link ExitCode#CONFLICT} if another holds it
   */
  public static RunLock take(LakeCatalog catalog, String what) {
    CatalogBranches branches = new CatalogBranches(catalog);
    Holder me = Holder.me(what);
    dropIfDead(catalog);
    // The holder's name is written aside first, so that the lock never stands without one.
    String aside = NAME + "_" + what;
    String main = catalog.config().reference();
    branches.create(aside, main, branches.hash(main).orElseThrow());
    try {
      Reference named = put(catalog, aside, me);
      Reference lock =
          catalog
              .nessie()
              .createReference()
              .sourceRefName(aside)
              .reference(Branch.of(NAME, named.getHash()))
              .create();
      return new RunLock(catalog, me, lock);
    } catch (NessieNotFoundException | NessieConflictException e) {
      // the lock is there; or what was aside is gone, which only its holder takes away
      throw held(catalog, e);
    } finally {
      branches.delete(aside);
    }
  }

  /**
   * Makes sure that the lock is still held, before what it protects is made final.
   *
   * @throws LakeException with {@link ExitCode#CONFLICT} if it was taken away
   */
  public synchronized void requireHeld() {
    beat();
    if (lost.isPresent()) {
      throw new LakeException(
          ExitCode.CONFLICT,
          """
          Another run took this one for dead and took its lock (%s).
          Nothing was published. Run again."""
              .formatted(lost.get()));
    }
  }

  /** Lets go. */
  @Override
  public synchronized void close() {
    beats.shutdownNow();
    if (lost.isEmpty()) {
      try {
        catalog.nessie().deleteReference().reference(seen).delete();
      } catch (NessieNotFoundException | NessieConflictException e) {
        LOG.warn("Lock {} was taken away before it was let go", NAME, e);
      }
    }
  }

  private synchronized void beat() {
    if (lost.isPresent()) {
      return;
    }
    try {
      seen = put(catalog, seen, holder.seenNow());
    } catch (NessieNotFoundException | NessieConflictException e) {
      lost = Optional.of(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.warn("No sign of life could be given to the lock {}; trying again", NAME, e);
    }
  }

  private static void dropIfDead(LakeCatalog catalog) {
    Optional<Reference> lock = catalog.reference(NAME);
    if (lock.isEmpty() || holder(catalog, lock.get()).map(h -> !h.isDead()).orElse(false)) {
      return;
    }
    try {
      LOG.info("Lock {} is dropped: its holder is dead", NAME);
      catalog.nessie().deleteReference().reference(lock.get()).delete();
    } catch (NessieNotFoundException | NessieConflictException e) {
      LOG.debug("Somebody else was faster, or the holder is alive after all", e);
    }
  }

  private static LakeException held(LakeCatalog catalog, Exception cause) {
    String by =
        catalog
            .reference(NAME)
            .flatMap(lock -> holder(catalog, lock))
            .map(
                h ->
                    "%s, process %d on %s, since %s"
                        .formatted(h.what(), h.pid(), h.host(), h.since()))
            .orElse("another process");
    return new LakeException(
        ExitCode.CONFLICT,
        """
        Another run or maintenance holds the lock %s: %s.
        Nothing was changed. Wait for its end, then run again."""
            .formatted(NAME, by),
        cause);
  }

  private static Optional<Holder> holder(LakeCatalog catalog, Reference lock) {
    try {
      Content content = catalog.nessie().getContent().reference(lock).key(KEY).get().get(KEY);
      return Optional.ofNullable(content)
          .map(found -> Holder.of(((Namespace) found).getProperties()));
    } catch (NessieNotFoundException e) {
      return Optional.empty();
    }
  }

  private static Reference put(LakeCatalog catalog, String branch, Holder holder)
      throws NessieNotFoundException, NessieConflictException {
    return put(catalog, catalog.nessie().getReference().refName(branch).get(), holder);
  }

  private static Reference put(LakeCatalog catalog, Reference at, Holder holder)
      throws NessieNotFoundException, NessieConflictException {
    Content present = catalog.nessie().getContent().reference(at).key(KEY).get().get(KEY);
    ImmutableNamespace.Builder entry =
        ImmutableNamespace.builder()
            .elements(List.of(KEY.getElementsArray()))
            .putAllProperties(holder.toProperties());
    if (present != null) {
      entry.id(present.getId());
    }
    CommitMultipleOperationsBuilder commit =
        catalog
            .nessie()
            .commitMultipleOperations()
            .branch((Branch) at)
            .commitMeta(CommitMeta.fromMessage("Lock held for " + holder.what()));
    return commit.operation(Operation.Put.of(KEY, entry.build())).commit();
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}
