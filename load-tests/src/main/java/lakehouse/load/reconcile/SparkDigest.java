package lakehouse.load.reconcile;

import java.io.Serializable;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.functions;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * The lake's side of a comparison, digested inside Spark: one job for each table, without a
 * shuffle; only sums come to the driver, and the rows of buckets that differ. Safe for use by many
 * threads.
 */
final class SparkDigest {
  private final Function<SourceTable, Dataset<Row>> tables;

  /**
   * @param tables the silver table of a source's table
   */
  SparkDigest(Function<SourceTable, Dataset<Row>> tables) {
    this.tables = tables;
  }

  /** Count and sums of each bucket. */
  TableDigest digest(TablePlan plan, int buckets) {
    Digester.Layout layout = new Digester.Layout(plan, buckets);
    return TableDigest.sum(
        lakeRows(plan)
            .mapPartitions(
                (FlatMapFunction<Iterator<InternalRow>, Map.Entry<Integer, TableDigest.Bucket>>)
                    rows -> sums(layout, rows))
            .collect());
  }

  private static Iterator<Map.Entry<Integer, TableDigest.Bucket>> sums(
      Digester.Layout layout, Iterator<InternalRow> rows) {
    Digester digester = new Digester(layout);
    Map<Integer, Sums> sums = new HashMap<>();
    while (rows.hasNext()) {
      digester.read(rows.next());
      sums.computeIfAbsent(digester.bucket(), bucket -> new Sums()).add(digester.digest());
    }
    return sums.entrySet().stream()
        .<Map.Entry<Integer, TableDigest.Bucket>>map(
            entry -> new SimpleImmutableEntry<>(entry.getKey(), entry.getValue().bucket()))
        .iterator();
  }

  /** The rows of some buckets. */
  List<RowDigest> rows(TablePlan plan, int buckets, Collection<Integer> wanted) {
    Digester.Layout layout = new Digester.Layout(plan, buckets);
    Set<Integer> set = Set.copyOf(wanted);
    return lakeRows(plan)
        .mapPartitions(
            (FlatMapFunction<Iterator<InternalRow>, RowDigest>)
                rows -> {
                  Digester digester = new Digester(layout);
                  List<RowDigest> found = new ArrayList<>();
                  while (rows.hasNext()) {
                    InternalRow row = rows.next();
                    digester.read(row);
                    if (set.contains(digester.bucket())) {
                      found.add(digester.row(row));
                    }
                  }
                  return found.iterator();
                })
        .collect();
  }

  /** The values of the rows that have one of the digests. */
  List<RowValues> values(TablePlan plan, Set<String> digests) {
    Digester.Layout layout = new Digester.Layout(plan, 1);
    Set<String> set = Set.copyOf(digests);
    return lakeRows(plan)
        .mapPartitions(
            (FlatMapFunction<Iterator<InternalRow>, RowValues>)
                rows -> {
                  Digester digester = new Digester(layout);
                  List<RowValues> found = new ArrayList<>();
                  while (rows.hasNext()) {
                    InternalRow row = rows.next();
                    digester.read(row);
                    RowDigest digest = digester.row(row);
                    if (set.contains(digest.digest())) {
                      found.add(new RowValues(digest, digester.values(row)));
                    }
                  }
                  return found.iterator();
                })
        .collect();
  }

  // The rows as Spark has them inside: no conversion of values between its types and Java's.
  private JavaRDD<InternalRow> lakeRows(TablePlan plan) {
    Column[] columns =
        plan.lakeColumns().stream()
            .map(name -> functions.col(SqlName.ticked(name)))
            .toArray(Column[]::new);
    return tables.apply(plan.table()).select(columns).queryExecution().toRdd().toJavaRDD();
  }

  /** Digests row after row. */
  private static final class Digester {
    private final Layout layout;
    private final MessageDigest sha256;
    private final CanonicalBytes bytes = new CanonicalBytes();
    private final byte[] digest = new byte[32];
    private final byte[] keyDigest = new byte[32];

    Digester(Layout layout) {
      this.layout = layout;
      try {
        this.sha256 = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("Every Java has SHA-256", e);
      }
    }

    /**
     * Where the plan's columns are in a row.
     *
     * @param all all columns
     * @param key the key's
     */
    record Layout(List<Place> all, List<Place> key, int buckets) implements Serializable {
      Layout(TablePlan plan, int buckets) {
        this(places(plan), new ArrayList<>(), buckets);
        for (int i = 0; i < all.size(); i++) {
          if (plan.key().contains(plan.columns().get(i))) {
            key.add(all.get(i));
          }
        }
      }

      private static List<Place> places(TablePlan plan) {
        List<Place> places = new ArrayList<>();
        int unfit = plan.unfit().isPresent() ? plan.lakeColumns().size() - 1 : -1;
        int ordinal = 0;
        for (TablePlan.ComparedColumn column : plan.columns()) {
          boolean mayBeUnfit = column.form().unfit(column.name()).isPresent();
          places.add(
              new Place(
                  column.name(),
                  column.lakeName().isPresent() ? ordinal++ : -1,
                  mayBeUnfit ? unfit : -1,
                  column.form()));
        }
        return places;
      }
    }

    /**
     * One column.
     *
     * @param name its name in the source
     * @param ordinal where the lake has it; -1 if nowhere
     * @param unfit where the lake has the texts of values that its types cannot hold; -1 if nowhere
     */
    record Place(String name, int ordinal, int unfit, CanonicalForm form) implements Serializable {
      void write(InternalRow row, CanonicalBytes out) {
        UTF8String text = unfit(row);
        if (text != null) {
          out.ascii(CanonicalForm.UNFIT);
          CanonicalForm.writeText(text, out);
          out.ascii(CanonicalForm.END);
        } else if (ordinal < 0) {
          out.ascii(CanonicalForm.NULL);
          out.ascii(CanonicalForm.END);
        } else {
          form.writeDelimited(row, ordinal, out);
        }
      }

      @Nullable String text(InternalRow row) {
        UTF8String text = unfit(row);
        if (text != null) {
          return CanonicalForm.UNFIT + text.toString();
        }
        return ordinal < 0 || row.isNullAt(ordinal) ? null : form.text(row, ordinal);
      }

      /** The text of the value, if it is one that the lake's type cannot hold. */
      private @Nullable UTF8String unfit(InternalRow row) {
        if (unfit < 0 || row.isNullAt(unfit) || ordinal < 0 || !row.isNullAt(ordinal)) {
          return null;
        }
        MapData texts = row.getMap(unfit);
        ArrayData names = texts.keyArray();
        for (int i = 0; i < texts.numElements(); i++) {
          if (names.getUTF8String(i).toString().equals(name)) {
            return texts.valueArray().getUTF8String(i);
          }
        }
        return null;
      }
    }

    void read(InternalRow row) {
      digest(layout.all(), row, digest);
      if (!layout.key().isEmpty()) {
        digest(layout.key(), row, keyDigest);
      }
    }

    private void digest(List<Place> places, InternalRow row, byte[] result) {
      bytes.clear();
      for (int i = 0; i < places.size(); i++) {
        places.get(i).write(row, bytes);
      }
      bytes.digest(sha256, result);
    }

    int bucket() {
      byte[] bytes = layout.key().isEmpty() ? digest : keyDigest;
      return (Byte.toUnsignedInt(bytes[0]) << 8 | Byte.toUnsignedInt(bytes[1])) % layout.buckets();
    }

    byte[] digest() {
      return digest;
    }

    RowDigest row(InternalRow row) {
      List<String> key = new ArrayList<>();
      for (Place place : layout.key()) {
        String text = place.text(row);
        key.add(text == null ? CanonicalForm.NULL : text);
      }
      return new RowDigest(key, HexFormat.of().formatHex(digest));
    }

    @Nullable String[] values(InternalRow row) {
      @Nullable String[] texts = new String[layout.all().size()];
      for (int i = 0; i < texts.length; i++) {
        texts[i] = layout.all().get(i).text(row);
      }
      return texts;
    }
  }

  /** Sums of digests in 128 bits: exact for more rows than there can be. */
  private static final class Sums {
    private long rows;
    private final long[] low = new long[TableDigest.PARTS];
    private final long[] high = new long[TableDigest.PARTS];

    void add(byte[] digest) {
      rows++;
      for (int part = 0; part < TableDigest.PARTS; part++) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
          value = value << 8 | Byte.toUnsignedLong(digest[part * 8 + i]);
        }
        long sum = low[part] + value;
        long carry = Long.compareUnsigned(sum, value) < 0 ? 1 : 0;
        low[part] = sum;
        high[part] += (value < 0 ? -1 : 0) + carry;
      }
    }

    TableDigest.Bucket bucket() {
      List<BigInteger> sums = new ArrayList<>();
      for (int part = 0; part < TableDigest.PARTS; part++) {
        BigInteger unsignedLow = new BigInteger(Long.toUnsignedString(low[part]));
        sums.add(BigInteger.valueOf(high[part]).shiftLeft(64).add(unsignedLow));
      }
      return new TableDigest.Bucket(rows, sums);
    }
  }
}
