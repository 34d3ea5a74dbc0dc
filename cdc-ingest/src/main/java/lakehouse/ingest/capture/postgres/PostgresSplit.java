package lakehouse.ingest.capture.postgres;

import java.io.Serializable;
import java.util.List;
import java.util.TreeSet;
import org.apache.flink.api.connector.source.SourceSplit;

/** A part of a capture that one reader works on: a range of a load, or the stream. */
sealed interface PostgresSplit extends SourceSplit, Serializable {
  /**
   * A range of a table's load. It is read whole or not at all: a checkpoint never lies within.
   *
   * @param table the table as it is in the snapshot
   * @param range its blocks
   * @param snapshot the name under which the snapshot is imported
   * @param point the snapshot's consistent point
   * @param startedAt when the load began, in microseconds since 1970
   */
  record Range(SourceTable table, TableRange range, String snapshot, long point, long startedAt)
      implements PostgresSplit {
    @Override
    public String splitId() {
      return "%s %s %d".formatted(PostgresSql.lsn(point), range.table(), range.ordinal());
    }

    /** About how much of the source's disk it takes. */
    long bytes() {
      return range.leaf().bytes() / range.ofLeaf();
    }
  }

  /**
   * What a reader has handed out of a load: kept with its checkpoints, so that after a failure the
   * enumerator knows what they hold.
   *
   * @param point the load's consistent point
   * @param splitIds of the ranges
   */
  record Done(long point, List<String> splitIds) implements PostgresSplit {
    public Done {
      splitIds = List.copyOf(splitIds);
    }

    @Override
    public String splitId() {
      return "done";
    }
  }

  /**
   * The stream, from a position on.
   *
   * @param from all transactions that end at or before this log position were handed out
   * @param committedAt when the last of them was committed, in microseconds since 1970
   * @param tables the tables whose load is whole, as they were last described
   */
  record Stream(long from, long committedAt, List<SourceTable> tables) implements PostgresSplit {
    public Stream {
      tables = List.copyOf(tables);
    }

    @Override
    public String splitId() {
      return "stream";
    }

    /** The names of the tables. */
    TreeSet<String> names() {
      TreeSet<String> names = new TreeSet<>();
      tables.forEach(table -> names.add(table.qualifiedName()));
      return names;
    }
  }
}
