package lakehouse.models.run;

import java.util.List;
import lakehouse.models.model.Names;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;

/** Applies a run's change set to its table. */
final class Merge {
  private final LakeRun run;

  Merge(LakeRun run) {
    this.run = run;
  }

  void apply(TableIdentifier table, List<String> key, ChangeSet changes) {
    String name = Names.table(table);
    String changeTable = Names.table(Names.changes(table));
    List<String> columns =
        run.table(table).schema().columns().stream().map(Types.NestedField::name).toList();
    if (changes.updated() + changes.deleted() > 0) {
      run.spark().sql(MergeSql.merge(name, changeTable, run.id(), key, columns));
      return;
    }
    try {
      run.spark().sql(MergeSql.inserted(changeTable, run.id(), columns)).writeTo(name).append();
    } catch (NoSuchTableException e) {
      throw new IllegalStateException("The table was read a moment ago", e);
    }
  }
}
