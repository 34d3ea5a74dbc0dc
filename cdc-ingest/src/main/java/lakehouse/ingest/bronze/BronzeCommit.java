package lakehouse.ingest.bronze;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.LogEvents;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.commit.TableChange;
import lakehouse.catalog.commit.TableChange.NewTable;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.catalog.table.Layer;
import lakehouse.catalog.table.QuarantineTable;
import lakehouse.ingest.bronze.CommitterState.Committable;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;

/** Makes one committable one catalog commit. */
final class BronzeCommit implements AutoCloseable {
  private final CatalogCommit commit;
  private final SourceRun run;

  BronzeCommit(LakeCatalog catalog, SourceRun run) {
    this.commit = new CatalogCommit(catalog);
    this.run = run;
  }

  /** The catalog's state of the source. */
  Optional<SourceState> state() {
    return commit.state(run.source());
  }

  /**
   * @throws lakehouse.catalog.commit.StateMismatchException if the catalog's state is not the one
   *     that the committable follows on
   */
  CatalogCommit.Outcome commit(Committable committable) {
    CheckpointWrites writes = committable.writes();
    SourceState next = run.state(committable.to(), writes.reached());
    Optional<SourceState> expected =
        committable.from() == run.begin()
            ? run.stateBefore()
            : Optional.of(run.state(committable.from(), writes.reached()));
    long rows = writes.tables().stream().mapToLong(TableWrites::rows).sum();
    return commit.commit(
        new CatalogCommit.Request(
            expected,
            next,
            changes(committable),
            "ingest %s: position %d, %d rows in %d tables"
                .formatted(run.source(), committable.to(), rows, writes.tables().size()),
            facts(committable)));
  }

  private List<TableChange> changes(Committable committable) {
    List<TableChange> changes = new ArrayList<>();
    committable.writes().tables().forEach(table -> changes.add(change(table, committable)));
    if (!committable.writes().rejected().isEmpty()) {
      changes.add(quarantine(committable));
    }
    return changes;
  }

  private TableChange quarantine(Committable committable) {
    List<RejectedWrites> rejected = committable.writes().rejected();
    NewTable whenMissing =
        new NewTable(
            QuarantineTable.SCHEMA,
            PartitionSpec.unpartitioned(),
            Map.of("comment", "Rows of source %s that were not taken".formatted(run.source())),
            Optional.of(rejected.get(0).location()));
    return new TableChange(
        QuarantineTable.of(run.source()),
        whenMissing,
        transaction -> {
          AppendFiles append = transaction.newAppend();
          rejected.forEach(writes -> writes.files().forEach(append::appendFile));
          append
              .set("lakehouse.run", run.run())
              .set("lakehouse.position", Long.toString(committable.to()))
              .commit();
        });
  }

  private Map<String, String> facts(Committable committable) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("lakehouse.source", run.source());
    facts.put("lakehouse.invocation", LogEvents.invocation());
    facts.put("lakehouse.epoch", Integer.toString(run.epoch()));
    facts.put("lakehouse.run", run.run());
    facts.put("lakehouse.from", Long.toString(committable.from()));
    facts.put("lakehouse.to", Long.toString(committable.to()));
    facts.put("lakehouse.lsn", Long.toUnsignedString(committable.writes().reached().lsn()));
    for (TableWrites table : committable.writes().tables()) {
      facts.put("lakehouse.rows." + table.table(), Long.toString(table.rows()));
      facts.put("lakehouse.digest." + table.table(), table.digest().toString());
    }
    for (RejectedWrites table : committable.writes().rejected()) {
      facts.put("lakehouse.rejected." + table.table(), Long.toString(table.rows()));
    }
    return facts;
  }

  private TableChange change(TableWrites writes, Committable committable) {
    TableIdentifier table =
        TableIdentifier.of(Layer.BRONZE.namespace(run.source()), writes.table());
    return new TableChange(
        table,
        BronzeTable.whenMissing(run.source(), writes.versions().get(0).source(), writes.location()),
        transaction -> change(transaction, writes, committable));
  }

  private void change(Transaction transaction, TableWrites writes, Committable committable) {
    for (TableWrites.Version version : writes.versions()) {
      List<Consumer<UpdateSchema>> steps =
          BronzeSchema.evolution(transaction.table().schema(), version.source());
      if (!steps.isEmpty()) {
        UpdateSchema update = transaction.updateSchema();
        steps.forEach(step -> step.accept(update));
        update.commit();
      }
    }
    for (TableWrites.Version version : writes.versions()) {
      requireSameIds(writes, transaction.table().schema(), version);
    }
    describe(transaction, writes);
    if (!writes.files().isEmpty()) {
      AppendFiles append = transaction.newAppend();
      writes.files().forEach(append::appendFile);
      append
          .set("lakehouse.epoch", Integer.toString(run.epoch()))
          .set("lakehouse.run", run.run())
          .set("lakehouse.position", Long.toString(committable.to()))
          .commit();
    }
  }

  private void describe(Transaction transaction, TableWrites writes) {
    Map<String, String> wanted =
        new LinkedHashMap<>(BronzeTable.properties(run.source(), writes.source()));
    if (writes.shape() != null) {
      wanted.put(ChangeColumns.SHAPE_PROPERTY, writes.shape());
    }
    Map<String, String> found = transaction.table().properties();
    if (!found.entrySet().containsAll(wanted.entrySet())) {
      UpdateProperties update = transaction.updateProperties();
      wanted.forEach(update::set);
      update.commit();
    }
  }

  // Files name columns by id: other ids would put values into other columns.
  private static void requireSameIds(
      TableWrites writes, Schema table, TableWrites.Version version) {
    List<Types.NestedField> fields = SchemaParser.fromJson(version.rowSchema()).columns();
    for (Types.NestedField written : fields) {
      Types.NestedField found = table.asStruct().field(written.fieldId());
      if (found == null
          || !found.name().equals(written.name())
          || !readable(written.type(), found.type())) {
        throw new IllegalStateException(
            "Table %s changed while its files were written: column %s is %s there, not %s"
                .formatted(writes.table(), written.name(), found, written));
      }
    }
  }

  private static boolean readable(Type written, Type table) {
    if (written.isPrimitiveType()) {
      return written.equals(table)
          || (table.isPrimitiveType()
              && TypeUtil.isPromotionAllowed(written, table.asPrimitiveType()));
    }
    if (written.isStructType() && table.isStructType()) {
      return written.asStructType().fields().stream()
          .allMatch(
              field -> {
                Types.NestedField found = table.asStructType().field(field.fieldId());
                return found != null && readable(field.type(), found.type());
              });
    }
    return written.equals(table);
  }

  @Override
  public void close() {
    commit.close();
  }
}
