package lakehouse.models.property;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rows of the three tables of a {@link RandomSource}, in the columns that they have by then. */
final class RandomRows {
  private final Random random;
  private boolean added;
  private boolean widened;

  RandomRows(Random random) {
    this.random = random;
  }

  /** Entries and ticks have the column {@code extra} from now on. */
  void addColumn() {
    added = true;
  }

  boolean added() {
    return added;
  }

  /** The grade of an entry may be a long from now on. */
  void widenColumn() {
    widened = true;
  }

  boolean widened() {
    return widened;
  }

  Map<String, Object> entry(Map<String, Object> key) {
    Map<String, Object> row = new HashMap<>(key);
    row.put("amount", random.nextInt(8) == 0 ? null : BigDecimal.valueOf(random.nextInt(5_000), 3));
    row.put("level", level());
    row.put("grade", widened && random.nextBoolean() ? 7_000_000_000L : random.nextInt(3));
    row.put("note", random.nextInt(4) == 0 ? null : "note " + random.nextInt(4));
    if (added) {
      row.put("extra", random.nextInt(3) == 0 ? null : random.nextInt(5));
    }
    return row;
  }

  Map<String, Object> owner(long id) {
    LocalDate begins = RandomSource.FIRST_DAY.plusDays(random.nextInt(40));
    Map<String, Object> row = new HashMap<>();
    row.put("owner_id", id);
    row.put("place", random.nextInt(3));
    row.put("begins_on", begins);
    row.put("ends_on", random.nextInt(3) == 0 ? null : begins.plusDays(random.nextInt(8)));
    row.put("name", "name " + random.nextInt(3));
    row.put(
        "fee",
        switch (random.nextInt(4)) {
          case 0 -> "NaN";
          case 1 -> null;
          default -> BigDecimal.valueOf(random.nextInt(500), 2);
        });
    row.put("remark", random.nextInt(4) == 0 ? null : "remark " + random.nextInt(3));
    return row;
  }

  Map<String, Object> tick() {
    Map<String, Object> row = new TreeMap<>();
    row.put("place", random.nextInt(2));
    row.put("level", level());
    row.put("label", random.nextInt(4) == 0 ? null : "label " + random.nextInt(2));
    if (added) {
      row.put("extra", random.nextInt(2) == 0 ? null : random.nextInt(2));
    }
    return row;
  }

  private @Nullable Double level() {
    return Arrays.asList(null, 0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, 1.5)
        .get(random.nextInt(6));
  }
}
