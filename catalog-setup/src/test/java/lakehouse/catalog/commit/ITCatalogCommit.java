package lakehouse.catalog.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.catalog.table.Layer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.projectnessie.model.Branch;
import org.projectnessie.model.CommitMeta;
import org.projectnessie.model.LogResponse.LogEntry;

final class ITCatalogCommit {
  private static final Schema SCHEMA =
      new Schema(
          Types.NestedField.optional(1, "id", Types.LongType.get()),
          Types.NestedField.optional(2, "_op", Types.StringType.get()));
  private static final int TABLES = 30;

  @TempDir private static Path temporary;

  private static PlatformProcess platform;

  private final String source = "s" + UUID.randomUUID().toString().substring(0, 8);
  private LakeCatalog catalog;
  private CatalogCommit commit;

  @BeforeAll
  static void startPlatform() {
    platform = PlatformProcess.start(temporary.resolve("a lake"));
  }

  @AfterAll
  static void stopPlatform() {
    platform.close();
  }

  @BeforeEach
  void open() {
    catalog = LakeCatalog.open(platform.catalogConfig());
    commit = new CatalogCommit(catalog);
  }

  @AfterEach
  void close() {
    commit.close();
    catalog.close();
  }

  @Test
  void makesManyTablesAndTheStateVisibleByOneCommit() throws Exception {
    List<TableChange> changes =
        IntStream.range(0, TABLES).mapToObj(i -> append(table("t" + i), 3)).toList();
    int before = log().size();

    CatalogCommit.Outcome outcome =
        commit.commit(
            new CatalogCommit.Request(
                Optional.empty(), state(1), changes, "first", Map.of("lakehouse.rows", "90")));

    assertThat(outcome).isEqualTo(CatalogCommit.Outcome.COMMITTED);
    assertThat(log()).hasSize(before + 1);
    CommitMeta meta = log().get(0).getCommitMeta();
    assertThat(meta.getMessage()).isEqualTo("first");
    assertThat(meta.getProperties()).containsEntry("lakehouse.rows", "90");
    assertThat(commit.state(source)).contains(state(1));
    for (TableChange change : changes) {
      Table table = catalog.iceberg().loadTable(change.table());
      assertThat(rows(table)).isEqualTo(3);
      assertThat(table.properties()).containsEntry("gc.enabled", "false");
    }
  }

  @Test
  void followsOnAndEvolvesInTheSameCommit() {
    commit.commit(request(Optional.empty(), state(1), append(table("t"), 1)));

    commit.commit(
        request(
            Optional.of(state(1)),
            state(2),
            change(
                table("t"),
                transaction -> {
                  transaction.updateSchema().addColumn("added", Types.DateType.get()).commit();
                  transaction.newAppend().appendFile(file(transaction.table(), 2)).commit();
                })));

    Table table = catalog.iceberg().loadTable(table("t"));
    assertThat(rows(table)).isEqualTo(3);
    assertThat(table.schema().findField("added")).isNotNull();
    assertThat(commit.state(source)).contains(state(2));
  }

  @Test
  void forgetsOldSnapshotsAndLosesNoFile() throws Exception {
    TableIdentifier table = table("t");
    commit.commit(
        request(
            Optional.empty(),
            state(1),
            change(
                table,
                transaction -> {
                  transaction
                      .updateProperties()
                      .set("history.expire.min-snapshots-to-keep", "3")
                      .commit();
                  transaction.newAppend().appendFile(file(transaction.table(), 1)).commit();
                })));
    String early = log().get(0).getCommitMeta().getHash();
    long first = catalog.iceberg().loadTable(table).currentSnapshot().snapshotId();

    for (int position = 1; position < 9; position++) {
      commit.commit(request(Optional.of(state(position)), state(position + 1), append(table, 1)));
    }

    Table now = catalog.iceberg().loadTable(table);
    assertThat(now.snapshots()).hasSizeBetween(3, 6);
    assertThat(now.snapshot(first)).isNull();
    assertThat(rows(now)).isEqualTo(9);
    try (LakeCatalog then =
        LakeCatalog.open(catalog.config(), catalog.config().reference(), Optional.of(early))) {
      Table old = then.iceberg().loadTable(table);
      assertThat(old.currentSnapshot().snapshotId()).isEqualTo(first);
      assertThat(rows(old)).isEqualTo(1);
    }
  }

  @Test
  void takesAReplayForWhatItIs() throws Exception {
    CatalogCommit.Request first = request(Optional.empty(), state(1), append(table("t"), 1));
    commit.commit(first);
    CatalogCommit.Request second = request(Optional.of(state(1)), state(2), append(table("t"), 1));
    commit.commit(second);
    int before = log().size();

    assertThat(commit.commit(second)).isEqualTo(CatalogCommit.Outcome.ALREADY_COMMITTED);

    assertThat(log()).hasSize(before);
    assertThat(rows(catalog.iceberg().loadTable(table("t")))).isEqualTo(2);
  }

  @Test
  void knowsAReplayAfterSomebodyElseRewroteTheTable() throws Exception {
    CatalogCommit.Request first = request(Optional.empty(), state(1), append(table("t"), 4));
    commit.commit(first);
    Table table = catalog.iceberg().loadTable(table("t"));
    DataFile old = table.currentSnapshot().addedDataFiles(table.io()).iterator().next();
    table.newRewrite().deleteFile(old).addFile(file(table, 4)).commit();

    assertThat(commit.commit(first)).isEqualTo(CatalogCommit.Outcome.ALREADY_COMMITTED);
    assertThat(rows(catalog.iceberg().loadTable(table("t")))).isEqualTo(4);
  }

  @Test
  void refusesAStateThatIsNotTheExpectedOne() throws Exception {
    commit.commit(request(Optional.empty(), state(1), append(table("t"), 1)));
    commit.commit(request(Optional.of(state(1)), state(2), append(table("t"), 1)));
    int before = log().size();

    assertThatThrownBy(
            () -> commit.commit(request(Optional.of(state(3)), state(4), append(table("t"), 1))))
        .isInstanceOfSatisfying(
            StateMismatchException.class,
            e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT))
        .hasMessageContaining(
            "Expected epoch 1, run r, position 3; found epoch 1, run r, position 2.");
    assertThatThrownBy(
            () -> commit.commit(request(Optional.empty(), state(1), append(table("t"), 1))))
        .as("a start without state where there is one")
        .isInstanceOf(StateMismatchException.class)
        .hasMessageContaining("Expected none; found epoch 1, run r, position 2.");
    assertThat(log()).hasSize(before);
    assertThat(rows(catalog.iceberg().loadTable(table("t")))).isEqualTo(2);
  }

  @Test
  void triesAgainOnTheNewerBaseWhenACompactionMovesATable() {
    commit.commit(request(Optional.empty(), state(1), append(table("t"), 5)));
    AtomicInteger runs = new AtomicInteger();

    CatalogCommit.Outcome outcome =
        commit.commit(
            request(
                Optional.of(state(1)),
                state(2),
                append(table("u"), 1),
                change(
                    table("t"),
                    transaction -> {
                      if (runs.getAndIncrement() == 0) {
                        compact(table("t")); // between what we read and what we commit
                      }
                      transaction.newAppend().appendFile(file(transaction.table(), 2)).commit();
                    })));

    assertThat(outcome).isEqualTo(CatalogCommit.Outcome.COMMITTED);
    assertThat(runs).as("the race took place").hasValue(2);
    Table table = catalog.iceberg().loadTable(table("t"));
    assertThat(table.history()).hasSize(3);
    List<String> operations = new ArrayList<>();
    table.snapshots().forEach(snapshot -> operations.add(snapshot.operation()));
    assertThat(operations).containsExactly("append", "replace", "append");
    assertThat(rows(table)).isEqualTo(7);
    assertThat(rows(catalog.iceberg().loadTable(table("u")))).isEqualTo(1);
  }

  @Test
  void commitsNothingAndDoesNotTryAgainWhenAChangeRefuses() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    int before = log().size();

    assertThatThrownBy(
            () ->
                commit.commit(
                    request(
                        Optional.empty(),
                        state(1),
                        append(table("u"), 1),
                        change(
                            table("t"),
                            transaction -> {
                              runs.incrementAndGet();
                              throw new LakeException(ExitCode.DATA_CHECK, "No.");
                            }))))
        .isInstanceOf(LakeException.class)
        .hasMessage("No.");

    assertThat(runs).hasValue(1);
    assertThat(log()).hasSize(before);
    assertThat(commit.state(source)).isEmpty();
  }

  @Test
  void letsExactlyOneOfTwoRacingCommittersWin() throws Exception {
    commit.commit(request(Optional.empty(), state(1), append(table("t"), 1)));
    SourceState mine = in("mine", 1);
    SourceState theirs = in("theirs", 1);

    List<Boolean> won =
        race(
            barrier -> request(Optional.of(state(1)), mine, raced(barrier)),
            barrier -> request(Optional.of(state(1)), theirs, raced(barrier)));

    assertThat(won).containsExactlyInAnyOrder(true, false);
    assertThat(commit.state(source)).contains(won.get(0) ? mine : theirs);
    assertThat(rows(catalog.iceberg().loadTable(table("t")))).isEqualTo(2);
  }

  @Test
  void letsExactlyOneOfTwoFirstCommittersWin() throws Exception {
    SourceState mine = in("mine", 1);
    SourceState theirs = in("theirs", 1);

    // of different tables: nothing but the state is fought for
    List<Boolean> won =
        race(
            barrier -> request(Optional.empty(), mine, raced(table("mine"), barrier)),
            barrier -> request(Optional.empty(), theirs, raced(table("theirs"), barrier)));

    assertThat(won).containsExactlyInAnyOrder(true, false);
    assertThat(commit.state(source)).contains(won.get(0) ? mine : theirs);
    assertThat(catalog.iceberg().tableExists(table("mine"))).isEqualTo(won.get(0));
    assertThat(catalog.iceberg().tableExists(table("theirs"))).isEqualTo(won.get(1));
  }

  @Test
  void keepsWhatOthersWroteAtTheNamespace() throws Exception {
    org.apache.iceberg.catalog.Namespace namespace = Layer.BRONZE.namespace(source);
    if (!catalog.iceberg().namespaceExists(Layer.BRONZE.namespace())) {
      catalog.iceberg().createNamespace(Layer.BRONZE.namespace());
    }
    catalog.iceberg().createNamespace(namespace, Map.of("owner", "billing team"));

    commit.commit(request(Optional.empty(), state(1), append(table("t"), 1)));

    assertThat(catalog.iceberg().loadNamespaceMetadata(namespace))
        .containsEntry("owner", "billing team")
        .containsEntry("lakehouse.position", "1");
  }

  @Test
  void saysThatTheBranchIsMissing() {
    CatalogConfig config = platform.catalogConfig();
    try (LakeCatalog other =
            LakeCatalog.open(
                new CatalogConfig(config.uri(), "main", config.warehouse(), Map.of()));
        CatalogCommit nowhere = new CatalogCommit(renamed(other, "no-such-branch"))) {
      assertThatThrownBy(() -> nowhere.state(source))
          .isInstanceOfSatisfying(
              LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.PREFLIGHT))
          .hasMessage("The catalog has no branch no-such-branch. Make it with `lake setup apply`.");
    }
  }

  /** The same catalog after its branch was deleted under it. */
  private static LakeCatalog renamed(LakeCatalog catalog, String branch) {
    try {
      catalog
          .nessie()
          .createReference()
          .sourceRefName("main")
          .reference(Branch.of(branch, catalog.reference("main").orElseThrow().getHash()))
          .create();
      CatalogConfig config = catalog.config();
      LakeCatalog there =
          LakeCatalog.open(new CatalogConfig(config.uri(), branch, config.warehouse(), Map.of()));
      catalog
          .nessie()
          .deleteReference()
          .reference(catalog.reference(branch).orElseThrow())
          .delete();
      return there;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Contender {
    CatalogCommit.Request request(CyclicBarrier barrier);
  }

  /** Both read the same head before either commits; says of each whether it won. */
  private List<Boolean> race(Contender... contenders) throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(contenders.length);
    ExecutorService threads = Executors.newFixedThreadPool(contenders.length);
    try {
      List<Future<CatalogCommit.Outcome>> outcomes = new ArrayList<>();
      for (Contender contender : contenders) {
        outcomes.add(
            threads.submit(
                () -> {
                  try (LakeCatalog own = LakeCatalog.open(platform.catalogConfig());
                      CatalogCommit committer = new CatalogCommit(own)) {
                    return committer.commit(contender.request(barrier));
                  }
                }));
      }
      List<Boolean> won = new ArrayList<>();
      for (Future<CatalogCommit.Outcome> outcome : outcomes) {
        try {
          won.add(outcome.get() == CatalogCommit.Outcome.COMMITTED);
        } catch (ExecutionException e) {
          assertThat(e.getCause()).isInstanceOf(StateMismatchException.class);
          won.add(false);
        }
      }
      return won;
    } finally {
      threads.shutdownNow();
    }
  }

  private TableChange raced(CyclicBarrier barrier) {
    return raced(table("t"), barrier);
  }

  private TableChange raced(TableIdentifier table, CyclicBarrier barrier) {
    AtomicInteger runs = new AtomicInteger();
    return change(
        table,
        transaction -> {
          if (runs.getAndIncrement() == 0) {
            try {
              barrier.await();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
          transaction.newAppend().appendFile(file(transaction.table(), 1)).commit();
        });
  }

  private void compact(TableIdentifier identifier) {
    try (LakeCatalog own = LakeCatalog.open(platform.catalogConfig())) {
      Table table = own.iceberg().loadTable(identifier);
      Snapshot snapshot = table.currentSnapshot();
      DataFile old = snapshot.addedDataFiles(table.io()).iterator().next();
      table.newRewrite().deleteFile(old).addFile(file(table, old.recordCount())).commit();
    }
  }

  private TableIdentifier table(String name) {
    return Layer.BRONZE.table(source, "public", name);
  }

  private static TableChange append(TableIdentifier table, long rows) {
    return change(
        table,
        transaction ->
            transaction.newAppend().appendFile(file(transaction.table(), rows)).commit());
  }

  private static TableChange change(TableIdentifier table, Consumer<Transaction> change) {
    return new TableChange(
        table, new TableChange.NewTable(SCHEMA, PartitionSpec.unpartitioned(), Map.of()), change);
  }

  /** A data file by name only: no commit reads it. */
  private static DataFile file(Table table, long rows) {
    return DataFiles.builder(table.spec())
        .withPath(table.location() + "/data/" + UUID.randomUUID() + ".parquet")
        .withFileSizeInBytes(100)
        .withRecordCount(rows)
        .build();
  }

  private static CatalogCommit.Request request(
      Optional<SourceState> expected, SourceState next, TableChange... changes) {
    return new CatalogCommit.Request(expected, next, List.of(changes), "test", Map.of());
  }

  private SourceState state(long position) {
    return in("r", position);
  }

  private SourceState in(String run, long position) {
    return new SourceState(
        source,
        "7000000000000000001",
        1,
        "lake_" + source,
        1,
        run,
        position,
        -1L - position, // an unsigned number: the upper half is used too
        Optional.of(Instant.parse("2026-01-02T03:04:05.678901Z")),
        Set.of("public.t", "public.name with a space"),
        Optional.of("a=1;b=2"));
  }

  private List<LogEntry> log() throws Exception {
    return catalog.nessie().getCommitLog().refName("main").stream().toList();
  }

  private static long rows(Table table) {
    return Long.parseLong(table.currentSnapshot().summary().get("total-records"));
  }
}
