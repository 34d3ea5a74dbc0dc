package lakehouse.models.run;

import static org.apache.iceberg.types.Types.NestedField.optional;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.models.model.Names;
import lakehouse.models.plan.Lineage;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;

/**
 * The tables that keep, beside a table, old and new row of each change of each run. They are
 * partitioned by run and operation, so their metadata tells how many changes of each kind there
 * are.
 */
final class ChangeSets {
  private final LakeRun run;

  ChangeSets(LakeRun run) {
    this.run = run;
  }

  /**
   * Writes the changes of this run.
   *
   * @param of the table whose changes they are
   * @param changes a relation with the columns of {@link ChangeSetSql#COLUMNS}
   */
  ChangeSet write(Table table, TableIdentifier of, Dataset<Row> changes) {
    TableIdentifier name = Names.changes(of);
    Table kept = prepare(table, name);
    long before = Lineage.head(kept);
    try {
      changes
          .writeTo(Names.table(name))
          // few rows: one file for each operation, without a shuffle
          .option("distribution-mode", "none")
          .option("fanout-enabled", "true")
          .append();
    } catch (NoSuchTableException e) {
      throw new IllegalStateException("The table was made a moment ago", e);
    }
    kept.refresh();
    return counts(kept, before);
  }

  /** Says that the table was written whole, if anybody could have read it before. */
  void markWhole(Table table, TableIdentifier of) {
    prepare(table, Names.changes(of))
        .newDelete()
        .deleteFromRowFilter(Expressions.alwaysTrue())
        .commit();
  }

  private ChangeSet counts(Table kept, long before) {
    Map<String, Long> rows = new LinkedHashMap<>();
    Snapshot snapshot = kept.currentSnapshot();
    if (snapshot == null || snapshot.snapshotId() == before) {
      return ChangeSet.EMPTY;
    }
    for (DataFile file : snapshot.addedDataFiles(kept.io())) {
      rows.merge(
          file.partition().get(1, CharSequence.class).toString(), file.recordCount(), Long::sum);
    }
    return new ChangeSet(
        rows.getOrDefault("insert", 0L),
        rows.getOrDefault("update", 0L),
        rows.getOrDefault("delete", 0L));
  }

  private Table prepare(Table table, TableIdentifier name) {
    Schema wanted = schema(table.schema());
    Optional<Table> found = run.find(name);
    if (found.isEmpty()) {
      Map<String, String> properties = new LinkedHashMap<>(LakeCatalog.tableDefaults());
      properties.put(
          "comment",
          "Changes of " + name.name().replaceFirst("__changes$", "") + ": old and new row of each");
      return run.catalog()
          .iceberg()
          .buildTable(name, wanted)
          .withPartitionSpec(
              PartitionSpec.builderFor(wanted).identity("_run").identity("_op").build())
          .withProperties(properties)
          .create();
    }
    if (!sameColumns(found.get().schema(), wanted)) {
      found.get().updateSchema().unionByNameWith(wanted).commit();
    }
    return found.get();
  }

  private static boolean sameColumns(Schema kept, Schema wanted) {
    return kept.findType("_new").asStructType().fields().stream()
        .map(field -> field.name() + " " + field.type())
        .toList()
        .equals(
            wanted.findType("_new").asStructType().fields().stream()
                .map(field -> field.name() + " " + field.type())
                .toList());
  }

  private static Schema schema(Schema of) {
    // ids are given anew when the table is made, and found by name when it is evolved
    Types.StructType row = FieldIds.optionalFrom(of.asStruct(), 1_000);
    return new Schema(
        optional(1, "_run", Types.StringType.get(), "The run that made the change"),
        optional(2, "_op", Types.StringType.get(), "insert, update or delete"),
        optional(
            3,
            "_epoch",
            Types.IntegerType.get(),
            "Position of the row's last change in its source"),
        optional(
            4,
            "_commit_lsn",
            Types.LongType.get(),
            "Position of the row's last change in its source"),
        optional(
            5, "_seq", Types.LongType.get(), "Position of the row's last change in its source"),
        optional(6, "_old", row, "The row before; null for an insert"),
        optional(
            7,
            "_new",
            FieldIds.optionalFrom(of.asStruct(), 5_000),
            "The row after; null for a delete"));
  }
}
