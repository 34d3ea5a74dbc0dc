package lakehouse.catalog.setup;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.table.OpsTables;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.types.Types.NestedField;

/** One change that brings the catalog nearer to what the lake needs. Doing it twice is no error. */
sealed interface SetupStep {
  /** What it does, as a line of the plan. */
  String description();

  /** Does it. */
  void apply(LakeCatalog catalog);

  /** Makes the branch that holds the published lake, from the catalog's default branch. */
  record CreateBranch(String branch, String from, String hash) implements SetupStep {
    @Override
    public String description() {
      return "create branch %s from %s".formatted(branch, from);
    }

    @Override
    public void apply(LakeCatalog catalog) {
      new CatalogBranches(catalog).create(branch, from, hash);
    }
  }

  /** Makes a namespace. */
  record CreateNamespace(Namespace namespace) implements SetupStep {
    @Override
    public String description() {
      return "create namespace " + namespace;
    }

    @Override
    public void apply(LakeCatalog catalog) {
      try {
        catalog.iceberg().createNamespace(namespace);
      } catch (AlreadyExistsException madeMeanwhile) {
        // what was asked for
      }
    }
  }

  /** Makes a table of the audit trail. */
  record CreateTable(OpsTables table) implements SetupStep {
    @Override
    public String description() {
      return "create table %s (%d columns)"
          .formatted(table.table(), table.schema().columns().size());
    }

    @Override
    public void apply(LakeCatalog catalog) {
      Map<String, String> properties = new TreeMap<>(LakeCatalog.tableDefaults());
      properties.put("comment", table.description());
      try {
        catalog.iceberg().createTable(table.table(), table.schema(), table.spec(), properties);
      } catch (AlreadyExistsException madeMeanwhile) {
        // what was asked for
      }
    }
  }

  /** Adds columns that a table of the audit trail lacks, made by an earlier version. */
  record AddColumns(OpsTables table, List<NestedField> columns) implements SetupStep {
    @Override
    public String description() {
      return "add to table %s the columns %s"
          .formatted(table.table(), columns.stream().map(NestedField::name).toList());
    }

    @Override
    public void apply(LakeCatalog catalog) {
      UpdateSchema update = catalog.iceberg().loadTable(table.table()).updateSchema();
      columns.forEach(column -> update.addColumn(column.name(), column.type(), column.doc()));
      update.commit();
    }
  }
}
