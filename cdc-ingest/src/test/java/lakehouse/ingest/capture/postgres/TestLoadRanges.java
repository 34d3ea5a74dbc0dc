package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import lakehouse.ingest.capture.postgres.PostgresSplit.Range;
import lakehouse.ingest.capture.postgres.SourceTable.Leaf;
import org.junit.jupiter.api.Test;

/** What of a load is done, and held. */
class TestLoadRanges {
  private final List<Range> ranges = ranges(100);
  private final LoadRanges load = new LoadRanges(ranges);

  @Test
  void isWholeWhenACheckpointThatBeganAfterTheLastRangeIsComplete() {
    load.done(List.of(ranges.get(0).splitId()));
    load.checkpoint(1);
    load.done(List.of(ranges.get(1).splitId()));
    assertThat(load.isWhole(1)).isFalse();
    load.checkpoint(2);
    assertThat(load.isWhole(2)).isTrue();
    assertThat(load.isWhole(3)).as("a checkpoint that it knows nothing of").isFalse();
  }

  @Test
  void doesNotCountRangesOfALoadThatWasGivenUp() {
    List<Range> former = ranges(50);
    load.done(former.stream().map(Range::splitId).toList());
    load.giveBack(former.get(0));
    load.done(List.of(ranges.get(0).splitId()));
    load.checkpoint(1);
    assertThat(load.isWhole(1)).isFalse();
    assertThat(load.done()).containsExactly(ranges.get(0).splitId());
    assertThat(load.next()).contains(ranges.get(0));
  }

  @Test
  void countsAnewWhenReadersStartAgain() {
    load.done(ranges.stream().map(Range::splitId).toList());
    load.checkpoint(1);
    load.startAgain();
    assertThat(load.isWhole(1)).isFalse();
    load.done(ranges.stream().map(Range::splitId).toList()); // as they say
    load.checkpoint(2);
    assertThat(load.isWhole(2)).isTrue();
  }

  @Test
  void handsARangeOutAgainThatComesBack() {
    Range first = load.next().orElseThrow();
    load.giveBack(first);
    assertThat(load.next()).contains(first);
    assertThat(load.next()).contains(ranges.get(1));
    assertThat(load.next()).isEmpty();
  }

  /** Two ranges of a load with that point. */
  private static List<Range> ranges(long point) {
    Leaf leaf = new Leaf(1, 1, "public", "t", 16, 131_072);
    SourceTable table =
        new SourceTable(1, "public", "t", List.of(), List.of(), null, List.of(leaf));
    return TableRange.cut(table, 65_536).stream()
        .map(range -> new Range(table, range, "snapshot", point, 0))
        .toList();
  }
}
