package lakehouse.load.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.config.MaskConfig.Method;
import lakehouse.load.reconcile.SourceTable.SourceColumn;
import lakehouse.load.reconcile.TablePlan.ComparedColumn;
import lakehouse.load.reconcile.TablePlan.LakeTable;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class TestTablePlan {
  private static SourceTable source(SourceColumn... columns) {
    return new SourceTable("public", "bill", false, List.of(columns), Optional.empty());
  }

  private static SourceColumn column(String name, String type) {
    return new SourceColumn(name, PostgresType.of(type));
  }

  private static StructType silver(String... columns) {
    StructType type = new StructType();
    for (String column : columns) {
      type = type.add(column, DataTypes.StringType);
    }
    return type;
  }

  @Test
  void followsAColumnIntoItsNewestVersion() {
    TablePlan plan =
        TablePlan.of(
            source(column("id", "text"), column("amount", "text")),
            new LakeTable(
                silver("id", "amount", "amount__v2", "amount__v10", "amount__v2__x"),
                List.of("id", "amount", "amount__v2", "amount__v10"),
                List.of("id"),
                Map.of()));
    assertThat(plan.lakeColumns()).containsExactly("id", "amount__v10");
    assertThat(plan.notes()).isEmpty();
  }

  @Test
  void leavesDroppedColumnsOutAndComparesNewOnesAsNull() {
    TablePlan plan =
        TablePlan.of(
            source(column("id", "text"), column("fresh", "int8")),
            new LakeTable(
                silver("id", "gone", "_commit_lsn"),
                List.of("id", "gone"),
                List.of("id"),
                Map.of()));
    assertThat(plan.columns())
        .containsExactly(
            new ComparedColumn("id", Optional.of("id"), ScalarForm.TEXT),
            new ComparedColumn("fresh", Optional.empty(), ScalarForm.PRESENCE));
    assertThat(plan.notes())
        .containsExactly(
            "not in silver yet, so compared as null: fresh",
            "no longer in PostgreSQL, so left out: gone");
  }

  @Test
  void keepsMaskedColumnsOutOfTheKey() {
    TablePlan plan =
        TablePlan.of(
            source(column("cnic", "text"), column("day", "text"), column("name", "text")),
            new LakeTable(
                silver("cnic", "day", "name"),
                List.of("cnic", "day", "name"),
                List.of("cnic", "day"),
                Map.of("cnic", Method.TOKEN, "name", Method.REDACT)));
    assertThat(plan.key()).extracting(ComparedColumn::name).containsExactly("day");
    assertThat(plan.columns()).extracting(ComparedColumn::name).containsExactly("cnic", "day");
    assertThat(plan.notes())
        .containsExactly(
            "redacted, so left out: name",
            "tokens in the lake, so only nulls are compared: cnic",
            "a part of the key is hidden or gone: differences name the rest of it");
  }

  @Test
  void namesColumnsThatCannotBeCompared() {
    StructType lake = new StructType().add("id", DataTypes.IntegerType);
    TablePlan plan =
        TablePlan.of(
            source(column("id", "int8")), new LakeTable(lake, List.of("id"), List.of(), Map.of()));
    assertThat(plan.incomparable()).containsExactly("id (int8 in PostgreSQL, int in silver)");
  }

  @Test
  void quotesNamesAndAppliesTheRowFilter() {
    SourceTable odd = new SourceTable("a\"b", "t; DROP", false, List.of(), Optional.of("(x > 1)"));
    assertThat(odd.from()).isEqualTo("ONLY \"a\"\"b\".\"t; DROP\" WHERE ((x > 1))");
    assertThat(new SourceTable("public", "t", true, List.of(), Optional.empty()).from())
        .isEqualTo("\"public\".\"t\"");
    assertThat(odd.shortName()).isEqualTo("a\"b.t; DROP");
  }
}
