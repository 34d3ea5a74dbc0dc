package lakehouse.models.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;

class TestModelFile {
  private static final TableIdentifier TABLE = TableIdentifier.of("gold", "balance");

  private final List<String> problems = new ArrayList<>();

  @Test
  void restatesOnlyWhatItDescribesAndCanTellApart() {
    parse(
        """
        /*
        description: All of them
        materialized: full
        columns:
          amount: In Rs
        restates: [amuont]
        */
        SELECT 1 AS amount
        """);

    assertThat(problems)
        .hasSize(2)
        .anySatisfy(
            it -> assertThat(it).endsWith("it needs a kind that merges, and a `unique_key`."))
        .anySatisfy(
            it ->
                assertThat(it)
                    .endsWith(
                        "`restates` names amuont, which is none of the `columns`; did you mean"
                            + " `amount`?."));
  }

  @Test
  void readsHeaderAndSelect() {
    Model model =
        parse(
                """
                /*
                description: One row per place and day
                materialized: touched_partitions
                unique_key: [place_id, day]
                partition_by: day
                tags: [loss]
                inputs:
                  silver.shop.reading:
                    reach: to_date(read_at)
                    watches: [amount]
                  silver.shop.place:
                    reach: [{from: opened_on, to: closed_on}, other_day]
                columns:
                  place_id: The place
                audits:
                  - not_null: [place_id, day]
                  - unique: [place_id, day]
                    severity: warn
                  - accepted_values: {column: kind, values: [a, b]}
                  - relationship: {column: place_id, to: gold.dim_place}
                  - name: none_below_zero
                    rows: SELECT * FROM ${this} WHERE amount < 0
                */
                SELECT place_id, day FROM ${ref('silver.shop.reading')} JOIN ${ref('silver.shop.place')} USING (place_id)
                """)
            .orElseThrow();

    assertThat(problems).isEmpty();
    assertThat(model.materialization()).isEqualTo(Materialization.TOUCHED_PARTITIONS);
    assertThat(model.uniqueKey()).containsExactly("place_id", "day");
    assertThat(model.inputs())
        .containsExactly(
            new Input(
                TableIdentifier.parse("silver.shop.reading"),
                Optional.of(new Reach(List.of(new Reach.At("to_date(read_at)")))),
                List.of("amount"),
                false),
            new Input(
                TableIdentifier.parse("silver.shop.place"),
                Optional.of(
                    new Reach(
                        List.of(
                            new Reach.Span(Optional.of("opened_on"), Optional.of("closed_on")),
                            new Reach.At("other_day")))),
                List.of(),
                false));
    assertThat(model.audits())
        .extracting(Audit::name)
        .containsExactly(
            "not_null(place_id, day)",
            "unique(place_id, day)",
            "accepted_values(kind)",
            "relationship(place_id -> gold.dim_place.place_id)",
            "none_below_zero");
    assertThat(model.audits().get(1).severity()).isEqualTo(Severity.WARN);
  }

  @Test
  void findsEveryProblemAtOnceWithTheNearestName() {
    parse(
        """
        /*
        materialised: full
        materialized: touched_partition
        audits:
          - unqiue: [id]
          - not_null: [id]
            severity: fatal
        inputs:
          silver.shop.itme: {reach: id}
        on_schema_change: drop
        */
        SELECT * FROM ${ref('silver.shop.item')} WHERE ${var('x')} = 1;
        """);

    assertThat(problems)
        .containsExactlyInAnyOrder(
            "models/gold/balance.sql: unknown key `materialised`; did you mean `materialized`?.",
            "models/gold/balance.sql: the SELECT ends without a semicolon.",
            "models/gold/balance.sql: `${var('x')}` is no placeholder; there is ${ref('schema.table')}.",
            "models/gold/balance.sql: `materialized: touched_partition` is none of full, append,"
                + " merge_by_key, touched_partitions, scd2; did you mean `touched_partitions`?.",
            "models/gold/balance.sql: `inputs` tells of silver.shop.itme, which the SELECT does not"
                + " read; did you mean `silver.shop.item`?.",
            "models/gold/balance.sql: `on_schema_change: drop` is none of append_columns, fail, ignore.",
            "models/gold/balance.sql: `audits[0]` is none of not_null, unique, accepted_values,"
                + " relationship, freshness, row_delta, rows; did you mean `unique`?.",
            "models/gold/balance.sql: `audits[1].severity: fatal` is neither error nor warn.",
            "models/gold/balance.sql: `description` is missing: what does one row mean?.");
  }

  @Test
  void wantsWhatTheKindNeeds() {
    parse("/*\ndescription: x\nmaterialized: merge_by_key\n*/\nSELECT 1");
    parse("/*\ndescription: x\nmaterialized: touched_partitions\n*/\nSELECT 1");
    parse("/*\ndescription: x\nmaterialized: append\n*/\nSELECT 1");
    parse(
        "/*\ndescription: x\nmaterialized: full\ninputs: {silver.a.b: {reach: id}}\n*/\nSELECT *"
            + " FROM ${ref('silver.a.b')}");

    parse("/*\ndescription: x\nmaterialized: scd2\n*/\nSELECT * FROM ${ref('silver.a.b')}");

    assertThat(problems)
        .containsExactly(
            "models/gold/balance.sql: `materialized: merge_by_key` needs a `unique_key`.",
            "models/gold/balance.sql: `materialized: touched_partitions` needs `partition_by`.",
            "models/gold/balance.sql: `materialized: touched_partitions` needs a `unique_key`: its"
                + " change set compares by it.",
            "models/gold/balance.sql: `materialized: append` needs exactly one input with"
                + " `appended: true`.",
            "models/gold/balance.sql: `materialized: full` computes everything; a reach is of no use.",
            "models/gold/balance.sql: `materialized: scd2` needs the log's key as `unique_key`.",
            "models/gold/balance.sql: `materialized: scd2` reads one table, a change log of bronze.");
  }

  @Test
  void takesAFileWithoutHeaderForAProblem() {
    parse("SELECT 1");
    assertThat(problems)
        .containsExactly(
            "models/gold/balance.sql: a model begins with a comment /* … */ that holds its header in"
                + " YAML.");
  }

  private Optional<Model> parse(String text) {
    return ModelFile.parse(TABLE, "models/gold/balance.sql", text, problems);
  }
}
