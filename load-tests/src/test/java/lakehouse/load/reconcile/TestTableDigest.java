package lakehouse.load.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import lakehouse.load.reconcile.TableDigest.Bucket;
import org.junit.jupiter.api.Test;

class TestTableDigest {
  private static Bucket bucket(long rows, long sum) {
    return new Bucket(
        rows, java.util.Collections.nCopies(TableDigest.PARTS, BigInteger.valueOf(sum)));
  }

  private static TableDigest digest(Map<Integer, Bucket> buckets) {
    return new TableDigest(new TreeMap<>(buckets));
  }

  @Test
  void findsNoDifferenceInEqualSides() {
    TableDigest digest = digest(Map.of(1, bucket(2, 5), 7, bucket(1, -3)));
    assertThat(digest.differing(digest(Map.of(7, bucket(1, -3), 1, bucket(2, 5))))).isEmpty();
    assertThat(digest.rows()).isEqualTo(3);
  }

  @Test
  void findsBucketsThatOneSideLacksOrThatDiffer() {
    TableDigest here = digest(Map.of(1, bucket(2, 5), 2, bucket(1, 1), 3, bucket(4, 4)));
    TableDigest there = digest(Map.of(2, bucket(1, 2), 3, bucket(4, 4), 9, bucket(1, 1)));
    assertThat(here.differing(there)).containsExactly(1, 2, 9);
    assertThat(there.differing(here)).containsExactly(1, 2, 9);
  }

  @Test
  void addsUpThePartsOfABucket() {
    TableDigest sum =
        TableDigest.sum(
            List.of(
                Map.entry(1, bucket(1, Long.MAX_VALUE)),
                Map.entry(1, bucket(2, Long.MAX_VALUE)),
                Map.entry(2, bucket(1, 1))));
    assertThat(sum.rows()).isEqualTo(4);
    assertThat(sum.buckets().get(1).sums())
        .containsOnly(BigInteger.valueOf(Long.MAX_VALUE).multiply(BigInteger.TWO));
  }
}
