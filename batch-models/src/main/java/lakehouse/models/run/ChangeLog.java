package lakehouse.models.run;

import static org.apache.spark.sql.functions.lit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.models.model.Names;
import lakehouse.models.plan.AppendedFiles;
import lakehouse.models.plan.InputChange;
import lakehouse.models.plan.Lineage;
import lakehouse.models.plan.Watermark;
import org.apache.iceberg.BaseFileScanTask;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpecParser;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.ResidualEvaluator;
import org.apache.iceberg.spark.ScanTaskSetManager;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A change log of bronze, read as its contract says. */
final class ChangeLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TableIdentifier name;
  private final Table table;
  private final Map<Watermark, Set<String>> nullColumns = new ConcurrentHashMap<>();

  ChangeLog(TableIdentifier name, Table table) {
    this.name = name;
    this.table = table;
  }

  TableIdentifier name() {
    return name;
  }

  /** The source's columns, as they are now. */
  List<Types.NestedField> columns() {
    return table.schema().columns().stream()
        .filter(field -> !ChangeColumns.contains(field.name()))
        .toList();
  }

  List<String> columnNames() {
    return columns().stream().map(Types.NestedField::name).toList();
  }

  /** Those of the source's columns that hold floats, alone or in lists. */
  Set<String> floats() {
    return columns().stream()
        .filter(field -> holdsFloats(field.type()))
        .map(Types.NestedField::name)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static boolean holdsFloats(Type type) {
    return type.isListType()
        ? holdsFloats(type.asListType().elementType())
        : type.typeId() == Type.TypeID.FLOAT || type.typeId() == Type.TypeID.DOUBLE;
  }

  /** The columns that tell rows apart; empty for a bag of rows. */
  List<String> key() {
    return key(table);
  }

  static List<String> key(Table table) {
    try {
      return JSON.readValue(
          table.properties().getOrDefault(ChangeColumns.KEY_PROPERTY, "[]"),
          new TypeReference<List<String>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "Property %s of %s is no JSON array".formatted(ChangeColumns.KEY_PROPERTY, table.name()),
          e);
    }
  }

  boolean hasOldKey() {
    return table.schema().findField(ChangeColumns.OLD_KEY) != null;
  }

  /** The schema of the current state. */
  Schema stateSchema() {
    List<Types.NestedField> fields = new java.util.ArrayList<>(columns());
    fields.add(table.schema().findField(ChangeColumns.UNREPRESENTABLE));
    return new Schema(fields);
  }

  /** All that it holds now. */
  Watermark watermark() {
    return Watermark.of(table);
  }

  /** Everything up to now. */
  Dataset<Row> all(SparkSession spark) {
    return sparing(spark.table(Names.table(name)), Watermark.NONE);
  }

  /** How many rows were appended after it was read last. */
  long rowsSince(Watermark after) {
    return Lineage.since(table, after.snapshot()) instanceof InputChange.Rows appended
        ? appended.rows()
        : Lineage.totalRows(table) - after.rows();
  }

  /**
   * The column of the key by which rows of the same time are found together: the first of its dates
   * and timestamps.
   */
  Optional<String> timeColumn() {
    return key().stream()
        .filter(
            column ->
                switch (table.schema().findType(column).typeId()) {
                  case DATE, TIMESTAMP -> true;
                  default -> false;
                })
        .findFirst();
  }

  /** What was appended after it was read last, whether its snapshot is still known or not. */
  Dataset<Row> since(SparkSession spark, Watermark after) {
    if (after.equals(Watermark.NONE)) {
      return all(spark);
    }
    Dataset<Row> rows =
        table.snapshot(after.snapshot()) == null
            ? ofFiles(spark, AppendedFiles.after(table, after.sequenceNumber()))
            : spark
                .read()
                .option("start-snapshot-id", Long.toString(after.snapshot()))
                .option("end-snapshot-id", Long.toString(Lineage.head(table)))
                .table(Names.table(name));
    return sparing(rows, after);
  }

  /** Whether the files tell that no value that came since is kept as text. */
  boolean holdsNoTexts(Watermark after) {
    return nullColumns(after).contains(ChangeColumns.UNREPRESENTABLE);
  }

  private Set<String> nullColumns(Watermark after) {
    return nullColumns.computeIfAbsent(after, any -> AppendedFiles.nullColumns(table, any));
  }

  private Dataset<Row> sparing(Dataset<Row> rows, Watermark after) {
    return sparing(rows, nullColumns(after));
  }

  /** The same rows without reading columns that are known to hold nothing but nulls. */
  static Dataset<Row> sparing(Dataset<Row> rows, Set<String> columns) {
    Dataset<Row> same = rows;
    for (String column : columns) {
      same = same.withColumn(column, lit(null).cast(rows.schema().apply(column).dataType()));
    }
    return same;
  }

  // The manager keeps the tasks as long as this program runs, which is one run.
  private Dataset<Row> ofFiles(SparkSession spark, List<DataFile> files) {
    String id = UUID.randomUUID().toString();
    String schema = SchemaParser.toJson(table.schema());
    Map<Integer, String> specs = new HashMap<>();
    table.specs().forEach((number, spec) -> specs.put(number, PartitionSpecParser.toJson(spec)));
    ResidualEvaluator all = ResidualEvaluator.unpartitioned(Expressions.alwaysTrue());
    List<FileScanTask> tasks = new ArrayList<>(files.size());
    for (DataFile file : files) {
      tasks.add(
          new BaseFileScanTask(file, new DeleteFile[0], schema, specs.get(file.specId()), all));
    }
    ScanTaskSetManager.get().stageTasks(table, id, tasks);
    return spark.read().option("scan-task-set-id", id).table(Names.table(name));
  }
}
