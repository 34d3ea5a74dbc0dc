package lakehouse.models.test;

import java.util.List;
import java.util.Map;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * A test of one model: given rows to expected rows.
 *
 * @param model the model
 * @param name what is tested, as a sentence
 * @param given the rows of each table that the model reads
 * @param expected the rows that it must make, in any order; only these columns are compared
 */
record ModelTest(
    TableIdentifier model, String name, Map<TableIdentifier, Rows> given, Rows expected) {

  /**
   * Rows as text.
   *
   * @param columns {@code name type} of each given column; {@code name} of each expected one
   * @param rows values in the order of the columns, null for null
   */
  record Rows(List<String> columns, List<List<@Nullable String>> rows) {
    String name(int column) {
      return columns.get(column).split("\\s+", 2)[0];
    }

    String type(int column) {
      return columns.get(column).split("\\s+", 2)[1];
    }
  }
}
