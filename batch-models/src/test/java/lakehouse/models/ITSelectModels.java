package lakehouse.models;

import static lakehouse.models.ITCurrentState.columns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.plan.Action;
import lakehouse.models.plan.RunPlan;
import lakehouse.models.publish.RunListener;
import lakehouse.models.publish.WriteAuditPublish;
import lakehouse.models.publish.WriteAuditPublish.Published;
import lakehouse.models.publish.WriteAuditPublish.Request;
import lakehouse.models.run.ChangeSet;
import lakehouse.models.run.ModelRunner;
import lakehouse.models.run.Outcome;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ITSelectModels {
  private static final Request ALL = new Request(List.of(), false);

  @RegisterExtension static final TestLake lake = new TestLake();

  @Test
  void changeOnlyWhatChangesReachAndEndAsAFullRefreshDoes() throws IOException {
    BronzeWriter sale =
        new BronzeWriter(
            lake.catalog(),
            "shop",
            "sale",
            List.of("sale_id"),
            columns(
                "sale_id", Types.LongType.get(),
                "place_id", Types.IntegerType.get(),
                "day", Types.DateType.get(),
                "amount", Types.DecimalType.of(10, 2),
                "note", Types.StringType.get()));
    BronzeWriter owner =
        new BronzeWriter(
            lake.catalog(),
            "shop",
            "owner",
            List.of("place_id", "valid_from"),
            columns(
                "place_id", Types.IntegerType.get(),
                "valid_from", Types.DateType.get(),
                "valid_to", Types.DateType.get(),
                "name", Types.StringType.get()));
    List<Model> models = models();
    sale.at(1, 0).load();
    for (int day = 1; day <= 5; day++) {
      sale.loaded(sale(day, 1, day, "10.00")).loaded(sale(100 + day, 2, day, "1.00"));
    }
    sale.commit();
    owner
        .at(1, 0)
        .load()
        .loaded("place_id", 1, "valid_from", day(1), "valid_to", null, "name", "Ann")
        .loaded("place_id", 2, "valid_from", day(1), "valid_to", null, "name", "Bob")
        .commit();
    assertThatThrownBy(() -> lake.run(new Request(List.of("gold.revenue"), false), models))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.PREFLIGHT))
        .hasMessage(
            """
            Selected models read tables that were never made:
              gold.revenue reads silver.shop.sale
              gold.revenue reads silver.shop.owner
            Make those first, or with what reads them: a + before its name in --select.""");
    Published first = lake.run(ALL, models).orElseThrow();
    assertThat(first.models())
        .allSatisfy(m -> assertThat(m.outcome().decision().action()).isEqualTo(Action.FULL));
    assertThat(revenue()).hasSize(10).contains("[2026-01-03,Ann,10.00]", "[2026-01-03,Bob,1.00]");

    // day 2 changes, day 4 loses its last sale, day 6 is new, one sale moves from day 5 to day 3,
    // and one change is of a column that matters to nobody
    sale.at(1, 10)
        .update(sale(2, 1, 2, "12.00"))
        .delete("sale_id", 4L)
        .delete("sale_id", 104L)
        .insert(sale(6, 1, 6, "6.00"))
        .update(sale(105, 2, 3, "5.00"))
        .update(
            "sale_id",
            1L,
            "place_id",
            1,
            "day",
            day(1),
            "amount",
            new BigDecimal("10.00"),
            "note",
            "x")
        .commit();
    RunPlan plan = new WriteAuditPublish(lake.config(), models, RunListener.SILENT).plan(ALL);
    assertThat(plan.steps())
        .extracting(step -> step.model().name() + " " + step.decision().action())
        .containsExactly(
            "silver.shop.owner SKIP",
            "silver.shop.sale INCREMENTAL",
            "gold.best_day INCREMENTAL",
            "gold.dim_place SKIP",
            "gold.revenue INCREMENTAL",
            "gold.sale_event INCREMENTAL",
            "gold.total FULL");
    Published second = lake.run(ALL, models).orElseThrow();
    assertThat(outcome(second, "gold.revenue").partitions())
        .hasToString("Optional[2026-01-02..2026-01-06]");
    // Ann's day 2 and Bob's day 3 differ, Ann's day 6 is new; Ann's day 4, Bob's days 4 and 5 are
    // gone
    assertThat(outcome(second, "gold.revenue").changes()).contains(new ChangeSet(1, 2, 3));
    assertThat(revenue())
        .containsExactly(
            "[2026-01-01,Ann,10.00]",
            "[2026-01-01,Bob,1.00]",
            "[2026-01-02,Ann,12.00]",
            "[2026-01-02,Bob,1.00]",
            "[2026-01-03,Ann,10.00]",
            "[2026-01-03,Bob,6.00]",
            "[2026-01-05,Ann,10.00]",
            "[2026-01-06,Ann,6.00]");
    assertThat(lake.query("SELECT partition.day FROM lake.gold.revenue.partitions").toString())
        .as("a partition that became empty is gone")
        .doesNotContain("2026-01-04");
    assertThat(lake.query("SELECT place_id, day, amount FROM lake.gold.best_day"))
        .containsExactly("[1,2026-01-02,12.00]", "[2,2026-01-03,6.00]");
    assertThat(lake.query("SELECT * FROM lake.gold.total")).containsExactly("[56.00]");

    // place 1 has a new owner from day 3 on: the days before keep theirs
    owner
        .at(1, 10)
        .update("place_id", 1, "valid_from", day(1), "valid_to", day(3), "name", "Ann")
        .insert("place_id", 1, "valid_from", day(3), "valid_to", null, "name", "Cleo")
        .commit();
    Published third = lake.run(ALL, models).orElseThrow();
    assertThat(outcome(third, "gold.revenue").partitions()).hasToString("Optional[2026-01-03..]");
    assertThat(outcome(third, "gold.best_day").decision().action()).isEqualTo(Action.SKIP);
    List<String> incremental = everything();
    assertThat(incremental)
        .contains("[2026-01-02,Ann,12.00]", "[2026-01-03,Cleo,10.00]", "[2026-01-06,Cleo,6.00]");
    lake.run(new Request(List.of(), true), models);
    assertThat(everything()).isEqualTo(incremental);
    assertThat(lake.run(ALL, models)).isEmpty();
    assertThat(lake.query("SELECT op, sale_id FROM lake.gold.sale_event WHERE op = 'd'"))
        .containsExactly("[d,104]", "[d,4]");
  }

  @Test
  void keepStatesOverANewAndAWiderColumn() throws IOException {
    BronzeWriter grade =
        new BronzeWriter(
            lake.catalog(),
            "school",
            "grade",
            List.of("id"),
            columns("id", Types.LongType.get(), "points", Types.IntegerType.get()));
    Path folder = Files.createDirectories(lake.folder().resolve("school/gold/school"));
    Files.writeString(
        folder.resolve("grade_history.sql"),
        """
        /*
        description: What a grade was, and when
        materialized: scd2
        unique_key: id
        */
        SELECT * FROM ${ref('bronze.school.grade')}
        """);
    List<Model> models = ModelLibrary.loadFolder(lake.folder().resolve("school"));
    Request history = new Request(List.of("gold.school.grade_history"), false);
    grade.at(1, 0).load().loaded("id", 1L, "points", 5).loaded("id", 2L, "points", 6).commit();
    lake.run(history, models);

    grade
        .addColumn("remark", Types.StringType.get())
        .widenColumn("points", Types.LongType.get())
        .at(1, 10)
        .update("id", 1L, "points", 7_000_000_000L, "remark", "well")
        .commit();
    lake.run(history, models);

    assertThat(
            lake.query("SELECT id, points, remark, is_current FROM lake.gold.school.grade_history"))
        .containsExactly("[1,5,null,false]", "[1,7000000000,well,true]", "[2,6,null,true]");
  }

  private static List<Model> models() throws IOException {
    Path folder = Files.createDirectories(lake.folder().resolve("models/gold"));
    Files.writeString(
        folder.resolve("dim_place.sql"),
        """
        /*
        description: A place and its owner now
        materialized: merge_by_key
        unique_key: place_id
        inputs:
          silver.shop.owner: {reach: place_id}
        audits:
          - unique: [place_id]
        */
        SELECT place_id, name FROM ${ref('silver.shop.owner')} WHERE valid_to IS NULL
        """);
    Files.writeString(
        folder.resolve("revenue.sql"),
        """
        /*
        description: Sales of a day by owner
        materialized: touched_partitions
        unique_key: [day, name]
        partition_by: day
        inputs:
          silver.shop.sale: {reach: day, watches: [place_id, day, amount]}
          silver.shop.owner:
            reach:
              from: CASE WHEN _old.name = _new.name THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END
              to: valid_to
        audits:
          - not_null: [day, name, amount]
          - unique: [day, name]
        */
        SELECT s.day, o.name, CAST(sum(s.amount) AS DECIMAL(12, 2)) AS amount
        FROM ${ref('silver.shop.sale')} s
        JOIN ${ref('silver.shop.owner')} o
          ON o.place_id = s.place_id AND s.day >= o.valid_from AND (o.valid_to IS NULL OR s.day < o.valid_to)
        GROUP BY s.day, o.name
        """);
    Files.writeString(
        folder.resolve("best_day.sql"),
        """
        /*
        description: The day on which a place sold most
        materialized: merge_by_key
        unique_key: place_id
        inputs:
          silver.shop.sale: {reach: place_id, watches: [place_id, day, amount]}
        audits:
          - relationship: {column: place_id, to: gold.dim_place}
        */
        SELECT place_id, max_by(day, amount) AS day, max(amount) AS amount
        FROM (
          SELECT place_id, day, sum(amount) AS amount FROM ${ref('silver.shop.sale')} GROUP BY place_id, day
        )
        GROUP BY place_id
        """);
    Files.writeString(
        folder.resolve("sale_event.sql"),
        """
        /*
        description: Everything that ever happened to a sale
        materialized: append
        inputs:
          bronze.shop.sale: {appended: true}
        */
        SELECT _op AS op, sale_id, amount FROM ${ref('bronze.shop.sale')} WHERE _op <> 'l'
        """);
    Files.writeString(
        folder.resolve("total.sql"),
        """
        /*
        description: All revenue
        materialized: full
        */
        SELECT sum(amount) AS amount FROM ${ref('gold.revenue')}
        """);
    return ModelLibrary.loadFolder(folder.getParent());
  }

  private static Object[] sale(long id, int place, int day, String amount) {
    return new Object[] {
      "sale_id", id, "place_id", place, "day", day(day), "amount", new BigDecimal(amount)
    };
  }

  private static LocalDate day(int day) {
    return LocalDate.of(2026, 1, day);
  }

  private static List<String> revenue() {
    return lake.query("SELECT day, name, amount FROM lake.gold.revenue");
  }

  private static List<String> everything() {
    return lake
        .query(
            """
        SELECT to_json(named_struct('d', day, 'n', name, 'a', amount)) FROM lake.gold.revenue
        UNION ALL SELECT to_json(named_struct('p', place_id, 'd', day, 'a', amount)) FROM lake.gold.best_day
        UNION ALL SELECT concat('[', day, ',', name, ',', amount, ']') FROM lake.gold.revenue
        UNION ALL SELECT to_json(named_struct('p', place_id, 'n', name)) FROM lake.gold.dim_place
        UNION ALL SELECT to_json(named_struct('t', amount)) FROM lake.gold.total
        """)
        .stream()
        .map(row -> row.startsWith("[[") ? row.substring(1, row.length() - 1) : row)
        .toList();
  }

  private static Outcome outcome(Published published, String model) {
    return published.models().stream()
        .filter(done -> done.model().name().equals(model))
        .map(ModelRunner.Done::outcome)
        .findFirst()
        .orElseThrow();
  }
}
