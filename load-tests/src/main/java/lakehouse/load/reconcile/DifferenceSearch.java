package lakehouse.load.reconcile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lakehouse.load.reconcile.KeyDifference.ColumnDifference;
import lakehouse.load.reconcile.TablePlan.ComparedColumn;
import org.jspecify.annotations.Nullable;

/** Narrows differing buckets down to the keys and columns that differ. */
final class DifferenceSearch {
  /** Rows of both sides that are held in memory at once. */
  private static final long ROWS_AT_ONCE = 400_000;

  private final TablePlan plan;
  private final PostgresDigest source;
  private final SparkDigest lake;
  private final int buckets;

  DifferenceSearch(TablePlan plan, PostgresDigest source, SparkDigest lake, int buckets) {
    this.plan = plan;
    this.source = source;
    this.lake = lake;
    this.buckets = buckets;
  }

  /**
   * What was found.
   *
   * @param differences the differing keys
   * @param complete whether these are all
   */
  record Found(List<KeyDifference> differences, boolean complete) {
    Found {
      differences = List.copyOf(differences);
    }
  }

  /** Names the differing keys, up to a limit. */
  Found find(TableDigest inSource, TableDigest inLake, int limit) {
    List<Mismatch> mismatches = new ArrayList<>();
    List<Integer> open = new ArrayList<>(inSource.differing(inLake));
    while (!open.isEmpty() && mismatches.size() < limit) {
      List<Integer> batch = new ArrayList<>();
      long rows = 0;
      while (!open.isEmpty() && (batch.isEmpty() || rows < ROWS_AT_ONCE)) {
        int bucket = open.remove(0);
        rows += inSource.rows(bucket) + inLake.rows(bucket);
        batch.add(bucket);
      }
      mismatches.addAll(
          mismatches(source.rows(plan, buckets, batch), lake.rows(plan, buckets, batch)));
    }
    boolean complete = open.isEmpty() && mismatches.size() <= limit;
    return new Found(named(mismatches.stream().limit(limit).toList()), complete);
  }

  /** A key's row digests on both sides, those that are equal paired off. */
  private record Mismatch(
      List<String> key,
      int rowsInSource,
      int rowsInLake,
      List<String> onlyInSource,
      List<String> onlyInLake) {
    boolean sameRowWithOtherValues() {
      return onlyInSource.size() == 1 && onlyInLake.size() == 1;
    }
  }

  private List<Mismatch> mismatches(List<RowDigest> sourceRows, List<RowDigest> lakeRows) {
    Map<List<String>, List<String>> inSource = byKey(sourceRows);
    Map<List<String>, List<String>> inLake = byKey(lakeRows);
    SortedMap<String, Mismatch> found = new TreeMap<>();
    Set<List<String>> keys = new HashSet<>(inSource.keySet());
    keys.addAll(inLake.keySet());
    for (List<String> key : keys) {
      List<String> here = inSource.getOrDefault(key, List.of());
      List<String> there = inLake.getOrDefault(key, List.of());
      List<String> onlyInSource = without(here, there);
      List<String> onlyInLake = without(there, here);
      if (!onlyInSource.isEmpty() || !onlyInLake.isEmpty()) {
        found.put(
            String.join("\0", key),
            new Mismatch(key, here.size(), there.size(), onlyInSource, onlyInLake));
      }
    }
    return List.copyOf(found.values());
  }

  // Rows of a bag have no name but their digest.
  private Map<List<String>, List<String>> byKey(List<RowDigest> rows) {
    return rows.stream()
        .collect(
            Collectors.groupingBy(
                row -> plan.key().isEmpty() ? List.of(row.digest()) : row.key(),
                HashMap::new,
                Collectors.mapping(RowDigest::digest, Collectors.toList())));
  }

  private static List<String> without(List<String> all, List<String> taken) {
    List<String> rest = new ArrayList<>(all);
    taken.forEach(rest::remove);
    return rest;
  }

  private List<KeyDifference> named(List<Mismatch> mismatches) {
    Set<String> wantedInSource = new LinkedHashSet<>();
    Set<String> wantedInLake = new LinkedHashSet<>();
    mismatches.stream()
        .filter(Mismatch::sameRowWithOtherValues)
        .forEach(
            mismatch -> {
              wantedInSource.addAll(mismatch.onlyInSource());
              wantedInLake.addAll(mismatch.onlyInLake());
            });
    Map<String, RowValues> inSource =
        wantedInSource.isEmpty() ? Map.of() : byDigest(source.values(plan, wantedInSource));
    Map<String, RowValues> inLake =
        wantedInLake.isEmpty() ? Map.of() : byDigest(lake.values(plan, wantedInLake));
    return mismatches.stream().map(mismatch -> name(mismatch, inSource, inLake)).toList();
  }

  private KeyDifference name(
      Mismatch mismatch, Map<String, RowValues> inSource, Map<String, RowValues> inLake) {
    String key = readable(mismatch.key());
    if (mismatch.sameRowWithOtherValues()) {
      return new KeyDifference.Different(
          key,
          columns(
              Objects.requireNonNull(inSource.get(mismatch.onlyInSource().get(0))).texts(),
              Objects.requireNonNull(inLake.get(mismatch.onlyInLake().get(0))).texts()));
    }
    if (mismatch.rowsInSource() == 0) {
      return new KeyDifference.Extra(key, mismatch.rowsInLake());
    }
    return mismatch.rowsInLake() > mismatch.rowsInSource()
        ? new KeyDifference.Doubled(key, mismatch.rowsInSource(), mismatch.rowsInLake())
        : new KeyDifference.Missing(key, mismatch.rowsInSource(), mismatch.rowsInLake());
  }

  private List<ColumnDifference> columns(@Nullable String[] here, @Nullable String[] there) {
    return IntStream.range(0, plan.columns().size())
        .filter(i -> !Objects.equals(here[i], there[i]))
        .mapToObj(
            i -> {
              ComparedColumn column = plan.columns().get(i);
              return new ColumnDifference(
                  column.name(), readable(column, here[i]), readable(column, there[i]));
            })
        .toList();
  }

  private String readable(List<String> key) {
    if (plan.key().isEmpty()) {
      return "row " + key.get(0).substring(0, 12);
    }
    return IntStream.range(0, key.size())
        .mapToObj(i -> plan.key().get(i).name() + "=" + readable(plan.key().get(i), key.get(i)))
        .collect(Collectors.joining(", "));
  }

  private static String readable(ComparedColumn column, @Nullable String canonical) {
    return canonical == null ? "null" : column.readable(canonical);
  }

  private static Map<String, RowValues> byDigest(List<RowValues> rows) {
    Map<String, RowValues> byDigest = new HashMap<>();
    rows.forEach(row -> byDigest.put(row.row().digest(), row));
    return Collections.unmodifiableMap(byDigest);
  }
}
