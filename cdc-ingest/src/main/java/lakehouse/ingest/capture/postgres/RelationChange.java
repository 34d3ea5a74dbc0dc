package lakehouse.ingest.capture.postgres;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.postgres.SourceTable.Column;
import lakehouse.ingest.type.ValueDecoders;
import lakehouse.ingest.type.WireType;

/**
 * Judges a table's change by what the stream tells of it: whether the rows that were there before
 * are still what the lake holds of them.
 *
 * @param source the source's name
 * @param table as it was before
 */
record RelationChange(String source, SourceTable table) {
  /**
   * Rows are told apart by the key of the load, and old ones come with their identity's columns.
   */
  void requireSameIdentity(RelationMessage now) {
    Set<String> identity = now.identityColumns();
    if (now.identity() != 'f' && !identity.equals(Set.copyOf(table.key()))) {
      throw stop(
          "its rows were told apart by the columns %s, and are by %s now"
              .formatted(table.key(), identity));
    }
  }

  /** It is not another table of the same name. */
  void requireSameTable(int oid) {
    if (oid != table.oid()) {
      throw stop("the table was dropped and made again");
    }
  }

  /** The columns of now may follow on those before: none is renamed, and types keep values. */
  void requireFollows(List<Column> columns) {
    Map<String, WireType> before =
        table.columns().stream().collect(Collectors.toMap(Column::name, Column::type));
    Map<String, WireType> after =
        columns.stream().collect(Collectors.toMap(Column::name, Column::type));
    for (String column : table.key()) {
      if (!after.containsKey(column)) {
        throw stop("the key's column %s is gone".formatted(column));
      }
    }
    boolean added = !before.keySet().containsAll(after.keySet());
    boolean dropped = !after.keySet().containsAll(before.keySet());
    if (added && dropped) {
      throw stop(
          "columns were dropped and others added, which may be a renaming (before: %s; now: %s)"
              .formatted(names(table.columns()), names(columns)));
    }
    for (Column column : columns) {
      WireType former = before.get(column.name());
      if (former != null && !TypeChange.keepsValues(former, column.type())) {
        throw stop(
            "column %s changed its type from %s to %s"
                .formatted(
                    column.name(),
                    ValueDecoders.bronzeType(former),
                    ValueDecoders.bronzeType(column.type())));
      }
    }
  }

  /** That the capture ends here, and why. */
  LakeException stop(String cause) {
    return new LakeException(
        ExitCode.CONFLICT,
        """
        The capture stopped at table %s: %s.
        PostgreSQL's log does not carry what this did to the rows that were there before, so going \
        on would leave the lake wrong. All changes before it are committed.
        Load the table anew: `lake resync %s %s`, then `lake ingest` again."""
            .formatted(table.qualifiedName(), cause, source, table.qualifiedName()));
  }

  private static String names(List<Column> columns) {
    return columns.stream().map(Column::name).collect(Collectors.joining(", "));
  }
}
