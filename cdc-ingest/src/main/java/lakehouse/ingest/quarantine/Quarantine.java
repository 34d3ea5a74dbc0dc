package lakehouse.ingest.quarantine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.table.Layer;
import lakehouse.catalog.table.QuarantineTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;

/**
 * Reads the quarantines of a lake. A row is there once, however often it was written, and not any
 * more once it was replayed.
 */
final class Quarantine {
  private static final Comparator<QuarantinedRow> OLDEST_FIRST =
      Comparator.comparing(QuarantinedRow::at).thenComparing(QuarantinedRow::id);

  private final LakeCatalog catalog;
  private final Rows rows;

  Quarantine(LakeCatalog catalog, Rows rows) {
    this.catalog = catalog;
    this.rows = rows;
  }

  /** Which rows are read. */
  enum Rows {
    /** Those that are not in the lake. */
    STANDING,
    /** Also those that were replayed. */
    ALL
  }

  /** Rows of which there are so many. */
  record Found(List<QuarantinedRow> newest, long total) {}

  /** How many rows of a table there are for one reason. */
  record Count(String source, String table, String reason, long rows) {}

  /** The sources that have a quarantine. */
  List<String> sources() {
    return catalog.iceberg().listTables(Layer.OPS.namespace()).stream()
        .flatMap(table -> QuarantineTable.source(table).stream())
        .sorted()
        .toList();
  }

  /** The newest rows of sources that are wanted, newest first, without what they hold. */
  Found newest(List<String> sources, Predicate<QuarantinedRow> wanted, int limit) {
    TreeSet<QuarantinedRow> newest = new TreeSet<>(OLDEST_FIRST);
    Set<String> ids = new HashSet<>();
    for (String source : sources) {
      each(
          source,
          false,
          row -> {
            if (!wanted.test(row) || !ids.add(row.id())) {
              return;
            }
            newest.add(row);
            if (limit > 0 && newest.size() > limit) {
              newest.pollFirst();
            }
          });
    }
    return new Found(List.copyOf(newest.descendingSet()), ids.size());
  }

  /** How many rows there are of each table for each reason. */
  List<Count> counts(List<String> sources, Predicate<QuarantinedRow> wanted) {
    Map<List<String>, Long> counts = new HashMap<>();
    Set<String> ids = new HashSet<>();
    for (String source : sources) {
      each(
          source,
          false,
          row -> {
            if (wanted.test(row) && ids.add(row.id())) {
              counts.merge(List.of(row.source(), row.table(), row.reason()), 1L, Long::sum);
            }
          });
    }
    return counts.entrySet().stream()
        .map(
            entry ->
                new Count(
                    entry.getKey().get(0),
                    entry.getKey().get(1),
                    entry.getKey().get(2),
                    entry.getValue()))
        .sorted(
            Comparator.comparing(Count::source)
                .thenComparing(Count::table)
                .thenComparing(Count::reason))
        .toList();
  }

  /** Rows with all that is kept of them, as they were met last, in the order of their places. */
  List<QuarantinedRow> whole(String source, Predicate<QuarantinedRow> wanted) {
    Map<String, QuarantinedRow> rows = new HashMap<>();
    each(
        source,
        true,
        row -> {
          if (wanted.test(row)) {
            rows.merge(row.id(), row, (one, other) -> one.at().isAfter(other.at()) ? one : other);
          }
        });
    List<QuarantinedRow> all = new ArrayList<>(rows.values());
    all.sort(
        Comparator.comparing(QuarantinedRow::table)
            .thenComparing(QuarantinedRow::epoch)
            .thenComparing(QuarantinedRow::commitLsn)
            .thenComparing(QuarantinedRow::seq));
    return all;
  }

  private void each(String source, boolean withText, Consumer<QuarantinedRow> output) {
    TableIdentifier name = QuarantineTable.of(source);
    if (!catalog.iceberg().tableExists(name)) {
      return;
    }
    Table table = catalog.iceberg().loadTable(name);
    List<String> columns =
        QuarantineTable.SCHEMA.columns().stream()
            .map(Types.NestedField::name)
            .filter(column -> withText || !column.equals("row_text"))
            .toList();
    Map<String, Instant> replayed = replayed(table);
    try (CloseableIterable<Record> found =
        IcebergGenerics.read(table)
            .select(columns)
            .where(Expressions.notEqual("reason", QuarantineTable.REPLAYED))
            .build()) {
      for (Record record : found) {
        Instant until = replayed.getOrDefault((String) record.getField("id"), Instant.MIN);
        boolean stands = QuarantinedRow.writtenAt(record).isAfter(until);
        if (stands || rows == Rows.ALL) {
          output.accept(QuarantinedRow.of(record, !stands));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Up to when what was met of an id is replayed. */
  private static Map<String, Instant> replayed(Table table) {
    Map<String, Instant> replayed = new HashMap<>();
    try (CloseableIterable<Record> marks =
        IcebergGenerics.read(table)
            .select("id", "reason", "rejected_at")
            .where(Expressions.equal("reason", QuarantineTable.REPLAYED))
            .build()) {
      for (Record mark : marks) {
        replayed.merge(
            (String) mark.getField("id"),
            QuarantinedRow.writtenAt(mark),
            (one, other) -> one.isAfter(other) ? one : other);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return replayed;
  }
}
