package lakehouse.load.reconcile;

import java.io.Serializable;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one side holds of a table: for each bucket of keys how many rows, and the sums of the four
 * quarters of each row's SHA-256, taken as signed 64-bit numbers. Sums do not depend on the order
 * of rows and are exact: a row that stands twice counts twice.
 */
record TableDigest(SortedMap<Integer, Bucket> buckets) {
  /** Parts that a row's digest is cut into. */
  static final int PARTS = 4;

  TableDigest {
    buckets = Collections.unmodifiableSortedMap(new TreeMap<>(buckets));
  }

  /** The rows of one bucket. */
  record Bucket(long rows, List<BigInteger> sums) implements Serializable {
    Bucket {
      sums = List.copyOf(sums);
      if (sums.size() != PARTS) {
        throw new IllegalArgumentException("sums must be " + PARTS + ": " + sums.size());
      }
    }

    Bucket plus(Bucket other) {
      List<BigInteger> total = new ArrayList<>();
      for (int part = 0; part < PARTS; part++) {
        total.add(sums.get(part).add(other.sums.get(part)));
      }
      return new Bucket(rows + other.rows, total);
    }
  }

  long rows() {
    return buckets.values().stream().mapToLong(Bucket::rows).sum();
  }

  /** The rows of one bucket, 0 for one that is not there. */
  long rows(int bucket) {
    Bucket found = buckets.get(bucket);
    return found == null ? 0 : found.rows();
  }

  /** One digest of all: of the buckets' counts and sums in their order, as hexadecimal. */
  String digest() {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      buckets.forEach(
          (number, bucket) ->
              sha256.update(
                  "%d:%d:%s;"
                      .formatted(number, bucket.rows(), bucket.sums())
                      .getBytes(StandardCharsets.US_ASCII)));
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** The buckets in which the two sides do not hold the same, in order. */
  List<Integer> differing(TableDigest other) {
    SortedMap<Integer, Bucket> all = new TreeMap<>(buckets);
    all.putAll(other.buckets);
    return all.keySet().stream()
        .filter(bucket -> !Objects.equals(buckets.get(bucket), other.buckets.get(bucket)))
        .toList();
  }

  static TableDigest sum(Iterable<Map.Entry<Integer, Bucket>> parts) {
    SortedMap<Integer, Bucket> buckets = new TreeMap<>();
    parts.forEach(part -> buckets.merge(part.getKey(), part.getValue(), Bucket::plus));
    return new TableDigest(buckets);
  }
}
