package lakehouse.models.run;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.models.model.Names;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Leaves out the nested columns that hold nothing, as they mostly do: Iceberg reads columns of
 * plain values by batches, but row by row as soon as one column is a list, a map or a struct.
 */
final class EmptyColumns {
  /** In these, nothing and an empty list or map mean the same. */
  private static final Set<String> CANDIDATES =
      Set.of(ChangeColumns.OLD_KEY, ChangeColumns.UNCHANGED, ChangeColumns.UNREPRESENTABLE);

  private EmptyColumns() {}

  /**
   * The table's rows, with null in place of columns that hold nothing in any of its files.
   *
   * @param rows all of the table, at its current snapshot
   * @param more columns about the rows that are to be read too, such as {@code _pos}
   */
  static Dataset<Row> leftOut(Dataset<Row> rows, Table table, String... more) {
    Set<String> empty = of(table);
    Stream<Column> columns =
        Arrays.stream(rows.schema().fields())
            .map(
                field ->
                    empty.contains(field.name())
                        ? functions.lit(null).cast(field.dataType()).as(field.name())
                        : rows.col(Names.column(field.name())));
    return rows.select(
        Stream.concat(columns, Arrays.stream(more).map(functions::col)).toArray(Column[]::new));
  }

  /** The columns that hold nothing, as far as the counts of the table's files tell. */
  static Set<String> of(Table table) {
    Set<Types.NestedField> left = new HashSet<>();
    CANDIDATES.forEach(
        name -> Optional.ofNullable(table.schema().findField(name)).ifPresent(left::add));
    if (left.isEmpty() || table.currentSnapshot() == null) {
      return Set.of();
    }
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().includeColumnStats().ignoreResiduals().planFiles()) {
      for (FileScanTask task : tasks) {
        left.removeIf(field -> !leaves(field.type()).allMatch(id -> holdsNothing(task.file(), id)));
        if (left.isEmpty()) {
          return Set.of();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return left.stream().map(Types.NestedField::name).collect(toUnmodifiableSet());
  }

  private static Stream<Integer> leaves(Type type) {
    List<Types.NestedField> children = type.asNestedType().fields();
    return children.stream()
        .flatMap(
            child ->
                child.type().isNestedType() ? leaves(child.type()) : Stream.of(child.fieldId()));
  }

  private static boolean holdsNothing(DataFile file, int id) {
    Map<Integer, Long> values = file.valueCounts();
    Map<Integer, Long> nulls = file.nullValueCounts();
    return values != null
        && nulls != null
        && values.get(id) != null
        && values.get(id).equals(nulls.get(id));
  }
}
