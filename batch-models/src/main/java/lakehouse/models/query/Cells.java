package lakehouse.models.query;

import java.math.BigDecimal;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.collection.JavaConverters;

/** Values of a query as they are printed. */
final class Cells {
  private Cells() {}

  /** A value without Spark's own types. */
  static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Temporal time) {
      return time.toString();
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.toPlainString();
    }
    if (value instanceof Row row) {
      Map<String, @Nullable Object> struct = new LinkedHashMap<>();
      for (int i = 0; i < row.size(); i++) {
        struct.put(row.schema().fieldNames()[i], plain(row.get(i)));
      }
      return struct;
    }
    if (value instanceof scala.collection.Seq<?> list) {
      List<@Nullable Object> values = new ArrayList<>();
      JavaConverters.seqAsJavaList(list).forEach(element -> values.add(plain(element)));
      return values;
    }
    if (value instanceof scala.collection.Map<?, ?> map) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      JavaConverters.mapAsJavaMap(map)
          .forEach((key, element) -> values.put(String.valueOf(key), plain(element)));
      return values;
    }
    return value;
  }

  /** A line of CSV. */
  static String csv(List<? extends @Nullable Object> values) {
    return values.stream().map(Cells::csv).collect(Collectors.joining(","));
  }

  private static String csv(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    String text = value.toString();
    return text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }

  /** The message of the first cause that has one, in one line. */
  static String firstCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }
}
