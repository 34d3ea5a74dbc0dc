package lakehouse.ingest.bronze;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import lakehouse.ingest.event.TableSchema;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;

/** How a bronze table follows its source. */
class TestBronzeSchema {
  @Test
  void putsTheMetadataAfterTheSourcesColumns() {
    Schema schema = BronzeSchema.create(source(column("id", Types.IntegerType.get())));
    assertThat(names(schema))
        .containsExactly(
            "id",
            "_op",
            "_epoch",
            "_commit_lsn",
            "_seq",
            "_lsn",
            "_tx_id",
            "_committed_at",
            "_captured_at",
            "_old_key",
            "_unchanged",
            "_unrepresentable");
    assertThat(schema.findField("id").isOptional()).isTrue();
    assertThat(schema.findField("_old_key.id").type()).isEqualTo(Types.IntegerType.get());
  }

  @Test
  void keepsTheIdsThatATableIsMadeWith() {
    Schema schema =
        BronzeSchema.create(
            source(
                column("id", Types.IntegerType.get()),
                column("tags", Types.ListType.ofOptional(0, Types.StringType.get()))));
    assertThat(table(schema).schema().asStruct()).isEqualTo(schema.asStruct());
  }

  @Test
  void addsAColumnBeforeTheMetadata() {
    TableSchema before = source(column("id", Types.IntegerType.get()));
    TableSchema after =
        source(
            column("id", Types.IntegerType.get()),
            column("a.b", Types.ListType.ofOptional(0, Types.LongType.get())));
    Schema evolved = evolved(BronzeSchema.create(before), after);
    assertThat(names(evolved)).startsWith("id", "a.b", "_op");
    assertThat(BronzeSchema.evolution(evolved, after)).isEmpty();
    assertThat(BronzeSchema.evolution(evolved, before)).isEmpty();
  }

  @Test
  void widensWhatIcebergWidens() {
    TableSchema before =
        source(
            column("id", Types.IntegerType.get()),
            column("n", Types.DecimalType.of(8, 2)),
            column("f", Types.FloatType.get()));
    TableSchema after =
        source(
            column("id", Types.LongType.get()),
            column("n", Types.DecimalType.of(12, 2)),
            column("f", Types.DoubleType.get()));
    Schema evolved = evolved(BronzeSchema.create(before), after);
    assertThat(evolved.findField("id").type()).isEqualTo(Types.LongType.get());
    assertThat(evolved.findField("_old_key.id").type()).isEqualTo(Types.LongType.get());
    assertThat(evolved.findField("n").type()).isEqualTo(Types.DecimalType.of(12, 2));
    assertThat(evolved.findField("f").type()).isEqualTo(Types.DoubleType.get());
  }

  @Test
  void writesNarrowerValuesIntoAWiderColumn() {
    TableSchema wide = source(column("id", Types.LongType.get()));
    TableSchema narrow = source(column("id", Types.IntegerType.get()));
    Schema table = BronzeSchema.create(wide);
    assertThat(BronzeSchema.evolution(table, narrow)).isEmpty();
    NestedField written = BronzeSchema.ofRows(table, narrow).findField("id");
    assertThat(written.type()).isEqualTo(Types.IntegerType.get());
    assertThat(written.fieldId()).isEqualTo(table.findField("id").fieldId());
  }

  @Test
  void keepsTheOldColumnWhenATypeChangesOtherwise() {
    TableSchema numbers =
        source(column("id", Types.IntegerType.get()), column("v", Types.DecimalType.of(8, 2)));
    TableSchema finer =
        source(column("id", Types.IntegerType.get()), column("v", Types.DecimalType.of(9, 3)));
    TableSchema texts =
        source(column("id", Types.IntegerType.get()), column("v", Types.StringType.get()));
    Schema second = evolved(BronzeSchema.create(numbers), finer);
    Schema third = evolved(second, texts);
    assertThat(names(third)).startsWith("id", "v", "v__v2", "v__v3", "_op");
    assertThat(BronzeSchema.ofRows(third, texts).columns().get(1).name()).isEqualTo("v__v3");
    assertThat(BronzeSchema.ofRows(third, numbers).columns().get(1).name()).isEqualTo("v");
  }

  @Test
  void laysRowsDownInTheSourcesOrder() {
    TableSchema before =
        source(column("id", Types.IntegerType.get()), column("gone", Types.StringType.get()));
    TableSchema after =
        source(column("new", Types.StringType.get()), column("id", Types.IntegerType.get()));
    Schema table = evolved(BronzeSchema.create(before), after);
    Schema rows = BronzeSchema.ofRows(table, after);
    assertThat(names(rows)).startsWith("new", "id", "_op").doesNotContain("gone");
    assertThat(rows.columns()).hasSize(after.arity());
    assertThat(names(rows).get(after.unchanged())).isEqualTo("_unchanged");
    assertThat(names(rows).get(after.oldKey())).isEqualTo("_old_key");
  }

  @Test
  void leavesTheFormerKeyOutOfAKeylessTable() {
    TableSchema keyless =
        new TableSchema("public", "t", List.of(column("a", Types.IntegerType.get())), List.of());
    Schema schema = BronzeSchema.create(keyless);
    assertThat(names(schema)).doesNotContain("_old_key").hasSize(keyless.arity());
    assertThat(names(schema).get(keyless.unrepresentable())).isEqualTo("_unrepresentable");
  }

  private static List<String> names(Schema schema) {
    return schema.columns().stream().map(NestedField::name).toList();
  }

  private static TableSchema.Column column(String name, Type type) {
    return new TableSchema.Column(name, type, null);
  }

  private static TableSchema source(TableSchema.Column... columns) {
    return new TableSchema("public", "t", Arrays.asList(columns), List.of("id"));
  }

  private static TableMetadata table(Schema schema) {
    return TableMetadata.newTableMetadata(
        schema, PartitionSpec.unpartitioned(), "file:///nowhere", Map.of());
  }

  private static Schema evolved(Schema schema, TableSchema source) {
    TableMetadata metadata = table(schema);
    UpdateSchema update =
        new BaseTable(new StaticTableOperations(metadata, null), "t").updateSchema();
    List<Consumer<UpdateSchema>> steps = BronzeSchema.evolution(metadata.schema(), source);
    steps.forEach(step -> step.accept(update));
    return update.apply();
  }
}
