package lakehouse.ingest.bronze;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.TableChange.NewTable;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.event.TableSchema;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.LocationProvider;

/**
 * A bronze table as it will be once all that is written is committed: that of the catalog, or one
 * not made yet, evolved in memory for each version of the source that is met.
 */
public final class BronzeTable {
  private static final JsonMapper JSON = new JsonMapper();

  private final LakeCatalog catalog;
  private final TableIdentifier identifier;
  private TableMetadata metadata;

  private BronzeTable(LakeCatalog catalog, TableIdentifier identifier, TableMetadata metadata) {
    this.catalog = catalog;
    this.identifier = identifier;
    this.metadata = metadata;
  }

  /**
   * The table of a source table.
   *
   * @param run the capture run, which names the folder of a table that is to be made
   */
  static BronzeTable of(LakeCatalog catalog, String source, TableSchema schema, String run) {
    TableIdentifier identifier = Layer.BRONZE.table(source, schema.schema(), schema.table());
    try {
      TableOperations operations =
          ((BaseTable) catalog.iceberg().loadTable(identifier)).operations();
      return new BronzeTable(catalog, identifier, operations.current());
    } catch (NoSuchTableException e) {
      NewTable made = whenMissing(source, schema, location(catalog, identifier, run));
      Map<String, String> properties = new LinkedHashMap<>(LakeCatalog.tableDefaults());
      properties.putAll(made.properties());
      return new BronzeTable(
          catalog,
          identifier,
          TableMetadata.newTableMetadata(
              made.schema(), made.spec(), made.location().orElseThrow(), properties));
    }
  }

  /** The key of a source table that its bronze table was told of last; empty without one. */
  public static List<String> key(LakeCatalog catalog, String source, String schema, String table) {
    String key = property(catalog, source, schema, table, ChangeColumns.KEY_PROPERTY).orElse("[]");
    try {
      return List.of(JSON.readValue(key, String[].class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The shape of a source table that its bronze table was told of last. */
  public static Optional<String> shape(
      LakeCatalog catalog, String source, String schema, String table) {
    return property(catalog, source, schema, table, ChangeColumns.SHAPE_PROPERTY);
  }

  private static Optional<String> property(
      LakeCatalog catalog, String source, String schema, String table, String property) {
    try {
      return Optional.ofNullable(
          catalog
              .iceberg()
              .loadTable(Layer.BRONZE.table(source, schema, table))
              .properties()
              .get(property));
    } catch (NoSuchTableException e) {
      return Optional.empty();
    }
  }

  /** How to make the table. */
  static NewTable whenMissing(String source, TableSchema schema, String location) {
    Schema bronze = BronzeSchema.create(schema);
    return new NewTable(
        bronze,
        BronzeSchema.partitioning(bronze),
        properties(source, schema),
        Optional.of(location));
  }

  /** The properties that tell of the source table. */
  static Map<String, String> properties(String source, TableSchema schema) {
    Map<String, String> masks = new LinkedHashMap<>();
    for (TableSchema.Column column : schema.columns()) {
      if (column.mask() != null) {
        masks.put(column.name(), column.mask().name().toLowerCase(java.util.Locale.ROOT));
      }
    }
    return Map.of(
        ChangeColumns.SOURCE_PROPERTY,
        source,
        ChangeColumns.SOURCE_TABLE_PROPERTY,
        schema.qualifiedName(),
        ChangeColumns.KEY_PROPERTY,
        json(schema.key()),
        ChangeColumns.MASKS_PROPERTY,
        json(masks));
  }

  /** Evolves the table for a version of the source and returns the Iceberg schema of its rows. */
  Schema rowsOf(TableSchema source) {
    List<Consumer<UpdateSchema>> steps = BronzeSchema.evolution(metadata.schema(), source);
    if (!steps.isEmpty()) {
      UpdateSchema update =
          new BaseTable(
                  new StaticTableOperations(metadata, catalog.fileIO()), identifier.toString())
              .updateSchema();
      steps.forEach(step -> step.accept(update));
      Schema evolved = update.apply();
      metadata = metadata.updateSchema(evolved, evolved.highestFieldId());
    }
    return BronzeSchema.ofRows(metadata.schema(), source);
  }

  String name() {
    return identifier.name();
  }

  String location() {
    return metadata.location();
  }

  PartitionSpec spec() {
    return metadata.spec();
  }

  Map<String, String> properties() {
    return metadata.properties();
  }

  LocationProvider locations() {
    return org.apache.iceberg.LocationProviders.locationsFor(
        metadata.location(), metadata.properties());
  }

  // By the run, so that all writers agree, and a table dropped and loaded anew shares no folder.
  static String location(LakeCatalog catalog, TableIdentifier table, String run) {
    String warehouse = catalog.config().warehouse();
    String root =
        warehouse.endsWith("/") ? warehouse.substring(0, warehouse.length() - 1) : warehouse;
    // what else a name may hold, a file system or an object store may read as something of its own
    String plain = table.name().replaceAll("[^A-Za-z0-9_-]", "_");
    String folder =
        plain.equals(table.name())
            ? plain
            : plain + "_" + Integer.toHexString(table.name().hashCode());
    return String.join("/", root, String.join("/", table.namespace().levels()), folder) + "_" + run;
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
