package lakehouse.catalog.commit;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import lakehouse.catalog.CatalogSilentException;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.table.Layer;
import org.apache.iceberg.util.Tasks;
import org.projectnessie.client.api.CommitMultipleOperationsBuilder;
import org.projectnessie.error.NessieConflictException;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Branch;
import org.projectnessie.model.CommitMeta;
import org.projectnessie.model.Content;
import org.projectnessie.model.ContentKey;
import org.projectnessie.model.IcebergTable;
import org.projectnessie.model.ImmutableNamespace;
import org.projectnessie.model.Namespace;
import org.projectnessie.model.Operation;
import org.projectnessie.model.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the changes of many tables and the state of their source at once: all become visible
 * together, or none does. The state is put with its expected value, which fences a second ingest of
 * the same source and makes a commit of unknown outcome safe to try again.
 */
public final class CatalogCommit implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CatalogCommit.class);

  /** Tries against concurrent movers of the same tables (compaction) and a silent catalog. */
  private static final int RETRIES = 10;

  private final LakeCatalog catalog;
  private final ExecutorService staging;

  public CatalogCommit(LakeCatalog catalog) {
    this.catalog = catalog;
    this.staging =
        Executors.newFixedThreadPool(
            8,
            task -> {
              Thread thread = new Thread(task, "catalog-commit-staging");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** What came of a commit. */
  public enum Outcome {
    COMMITTED,
    /** The catalog already held the position: a replay. */
    ALREADY_COMMITTED
  }

  /**
   * A commit to be made.
   *
   * @param expected the state that the data follows on; empty for the first of a source
   * @param next the state with the data
   * @param changes one for each touched table
   * @param message the commit's message
   * @param properties facts of the commit, kept with it
   */
  public record Request(
      Optional<SourceState> expected,
      SourceState next,
      List<TableChange> changes,
      String message,
      Map<String, String> properties) {}

  /** The catalog's state of a source, or empty if it has none. */
  public Optional<SourceState> state(String source) {
    ContentKey key = LakeCatalog.key(Layer.BRONZE.namespace(source));
    return contents(head(), List.of(key)).values().stream()
        .findFirst()
        .flatMap(content -> SourceState.fromProperties(((Namespace) content).getProperties()));
  }

  /**
   * Commits, or finds that this very position is committed already.
   *
   * @throws StateMismatchException if the catalog's state is neither the expected nor the next one
   */
  public Outcome commit(Request request) {
    Outcome[] outcome = new Outcome[1];
    retried(() -> outcome[0] = attempt(request));
    return outcome[0];
  }

  /**
   * Says that tables of a source are not held whole, so that its next capture loads them anew. What
   * the lake holds of them stays until then.
   *
   * @param changes of tables that exist, in the same commit
   * @throws StateMismatchException if the source has been committed to since
   */
  public void forgetLoads(SourceState held, Set<String> tables, List<TableChange> changes) {
    retried(() -> forget(held, tables, changes));
  }

  private static void retried(Runnable attempt) {
    Tasks.foreach(attempt)
        .retry(RETRIES)
        .exponentialBackoff(50, 5_000, 120_000, 2.0)
        .shouldRetryTest(CatalogCommit::mayHelp)
        .run(CatalogCommit::told);
  }

  // what its caller has to mend is no better the next time
  private static boolean mayHelp(Exception failure) {
    return failure instanceof CatalogSilentException || !(failure instanceof LakeException);
  }

  private static void told(Runnable attempt) {
    try {
      attempt.run();
    } catch (RuntimeException e) {
      if (mayHelp(e) && !(e.getCause() instanceof NessieConflictException)) {
        LOG.warn("The catalog commit is not done yet: {}", e.toString());
      }
      throw e;
    }
  }

  private void forget(SourceState held, Set<String> tables, List<TableChange> changes) {
    Reference head = head();
    ContentKey key = LakeCatalog.key(Layer.BRONZE.namespace(held.source()));
    List<ContentKey> keys = new ArrayList<>(List.of(key));
    changes.forEach(change -> keys.add(LakeCatalog.key(change.table())));
    Map<ContentKey, Content> contents = contents(head, keys);
    Namespace entry = (Namespace) contents.get(key);
    Optional<SourceState> found =
        Optional.ofNullable(entry).flatMap(e -> SourceState.fromProperties(e.getProperties()));
    if (!found.equals(Optional.of(held))) {
      throw new StateMismatchException(
          """
          Source %s has been committed to in this moment: expected %s; found %s.
          Nothing was changed. A capture of it runs now: ask again."""
              .formatted(held.source(), describe(Optional.of(held)), describe(found)));
    }
    Namespace next =
        ImmutableNamespace.builder()
            .from(entry)
            .properties(merged(entry, held.withoutLoads(tables)))
            .build();
    List<Operation> operations = new ArrayList<>(List.of(Operation.Put.of(key, next)));
    stage(changes, contents).forEach(table -> operations.add(table.operation()));
    put(
        head,
        "ingest %s: %s to be loaded anew".formatted(held.source(), tables),
        Map.of(),
        operations);
  }

  private Outcome attempt(Request request) {
    Reference head = head();
    ContentKey stateKey = LakeCatalog.key(Layer.BRONZE.namespace(request.next().source()));
    Set<ContentKey> layerKeys = new LinkedHashSet<>();
    layerKeys.add(LakeCatalog.key(Layer.BRONZE.namespace()));
    request
        .changes()
        .forEach(change -> layerKeys.add(ContentKey.of(change.table().namespace().level(0))));
    List<ContentKey> keys = new ArrayList<>(layerKeys);
    keys.add(stateKey);
    request.changes().forEach(change -> keys.add(LakeCatalog.key(change.table())));
    Map<ContentKey, Content> contents = contents(head, keys);

    Namespace stateEntry = (Namespace) contents.get(stateKey);
    Optional<SourceState> found =
        Optional.ofNullable(stateEntry)
            .flatMap(entry -> SourceState.fromProperties(entry.getProperties()));
    if (found.isPresent() && found.get().samePosition(request.next())) {
      return Outcome.ALREADY_COMMITTED;
    }
    requireExpected(request, found);

    List<Operation> operations = new ArrayList<>();
    for (ContentKey layer : layerKeys) {
      if (!contents.containsKey(layer)) {
        operations.add(Operation.Put.of(layer, Namespace.of(layer.getElements())));
      }
    }
    ImmutableNamespace.Builder nextEntry =
        ImmutableNamespace.builder()
            .elements(stateKey.getElements())
            .putAllProperties(merged(stateEntry, request.next()));
    if (stateEntry != null) {
      nextEntry.id(stateEntry.getId());
    }
    operations.add(Operation.Put.of(stateKey, nextEntry.build()));
    stage(request.changes(), contents).forEach(table -> operations.add(table.operation()));
    put(head, request.message(), request.properties(), operations);
    return Outcome.COMMITTED;
  }

  private void put(
      Reference head, String message, Map<String, String> properties, List<Operation> operations) {
    CommitMultipleOperationsBuilder commit =
        catalog
            .nessie()
            .commitMultipleOperations()
            .branch((Branch) head)
            .commitMeta(CommitMeta.builder().message(message).putAllProperties(properties).build());
    operations.forEach(commit::operation);
    try {
      commit.commit();
    } catch (NessieConflictException e) {
      // Either the state moved, which the next attempt finds and refuses, or one of the tables did.
      LOG.debug("The catalog commit \"{}\" conflicted; trying again", message, e);
      throw new IllegalStateException("The catalog moved: " + e.getMessage(), e);
    } catch (NessieNotFoundException e) {
      throw new IllegalStateException("The branch is gone: " + e.getMessage(), e);
    }
  }

  private List<StagedTable> stage(List<TableChange> changes, Map<ContentKey, Content> contents) {
    List<Future<StagedTable>> staged =
        changes.stream()
            .map(
                change ->
                    staging.submit(
                        () ->
                            StagedTable.stage(
                                change,
                                (IcebergTable) contents.get(LakeCatalog.key(change.table())),
                                catalog.fileIO(),
                                catalog.config().warehouse())))
            .toList();
    List<StagedTable> tables = new ArrayList<>();
    for (Future<StagedTable> table : staged) {
      try {
        tables.add(table.get());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while staging table metadata", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        throw new IllegalStateException(e.getCause());
      }
    }
    return tables;
  }

  private static void requireExpected(Request request, Optional<SourceState> found) {
    boolean asExpected =
        found.isPresent()
            ? request.expected().isPresent() && found.get().samePosition(request.expected().get())
            : request.expected().isEmpty();
    if (!asExpected) {
      throw new StateMismatchException(
          """
          The catalog's state of source %s is not the one this ingest follows on.
          Expected %s; found %s.
          Another ingest of the source has committed, the branch was set back, or this ingest was \
          restored from an older state. Nothing was committed. Stop the other ingest, or start again \
          from the newest checkpoint, or load anew with `lake ingest --reload %s`."""
              .formatted(
                  request.next().source(),
                  describe(request.expected()),
                  describe(found),
                  request.next().source()));
    }
  }

  private static String describe(Optional<SourceState> state) {
    return state
        .map(s -> "epoch %d, run %s, position %d".formatted(s.epoch(), s.run(), s.position()))
        .orElse("none");
  }

  private static Map<String, String> merged(
      @org.jspecify.annotations.Nullable Namespace entry, SourceState next) {
    Map<String, String> properties = new java.util.TreeMap<>();
    if (entry != null) {
      properties.putAll(entry.getProperties());
      properties.keySet().removeIf(key -> key.startsWith("lakehouse."));
    }
    properties.putAll(next.toProperties());
    return properties;
  }

  private Reference head() {
    return catalog.requireReference(catalog.config().reference());
  }

  private Map<ContentKey, Content> contents(Reference head, List<ContentKey> keys) {
    try {
      return catalog.nessie().getContent().reference(head).keys(keys).get();
    } catch (NessieNotFoundException e) {
      throw new IllegalStateException("The branch is gone: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    staging.shutdownNow();
  }
}
