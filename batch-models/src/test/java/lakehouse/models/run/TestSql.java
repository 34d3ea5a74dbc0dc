package lakehouse.models.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import lakehouse.models.model.Names;
import lakehouse.models.run.ChangeLogFacts.Position;
import org.junit.jupiter.api.Test;

class TestSql {
  @Test
  void mergesByKeyFromTheRunsChangeSet() {
    assertThat(MergeSql.merge("t", "c", "run'1", List.of("a", "b"), List.of("a", "b", "x`y")))
        .isEqualTo(
            """
            MERGE INTO t t
            USING (SELECT coalesce(_new.`a`, _old.`a`) AS `a`, coalesce(_new.`b`, _old.`b`) AS `b`, _op, _new FROM c WHERE _run = 'run\\'1') c
            ON t.`a` = c.`a` AND t.`b` = c.`b`
            WHEN MATCHED AND c._op = 'delete' THEN DELETE
            WHEN MATCHED THEN UPDATE SET t.`a` = c._new.`a`, t.`b` = c._new.`b`, t.`x``y` = c._new.`x``y`
            WHEN NOT MATCHED AND c._op <> 'delete' THEN INSERT (`a`, `b`, `x``y`) VALUES (c._new.`a`, c._new.`b`, c._new.`x``y`)
            """);
  }

  @Test
  void ordersByEpochThenCommitThenOrdinal() {
    assertThat(CurrentStateSql.after(Optional.of(new Position(2, 30, 4))))
        .isEqualTo(
            "_op NOT IN ('l', 't', 'p') AND (_epoch > 2 OR (_epoch = 2 AND (_commit_lsn > 30 OR"
                + " (_commit_lsn = 30 AND _seq > 4))))");
    assertThat(CurrentStateSql.after(Optional.empty())).isEqualTo("_op NOT IN ('l', 't', 'p')");
  }

  @Test
  void readsCarriedColumnsOnlyWhereSomeWereLeftOut() {
    CurrentStateSql plain = new CurrentStateSql(List.of("id", "x"), List.of("id"), List.of());
    assertThat(plain.changes("r", plain.latest("v", Optional.empty()), "s"))
        .doesNotContain("_carried");
    CurrentStateSql carried = new CurrentStateSql(List.of("id", "x"), List.of("id"), List.of("x"));
    assertThat(carried.changes("r", carried.latest("v", Optional.empty()), "s"))
        .contains("_carried_0")
        .contains("ON r.`id` = n._root.`id`");
    assertThat(
            new ChangeLogFacts(Optional.empty(), Set.of("x"), false, 3, 3, false, List.of())
                .unchanged())
        .containsExactly("x");
  }

  @Test
  void comparesMapsByTheirText() {
    assertThat(ChangeSetSql.differs("o", "n", List.of("a"))).isEqualTo("NOT (o <=> n)");
    assertThat(ChangeSetSql.differs("o", "n", List.of("a", "_unrepresentable")))
        .contains("to_json(o._unrepresentable)");
  }

  @Test
  void spellsNamesAndLiterals() {
    assertThat(Names.table(org.apache.iceberg.catalog.TableIdentifier.parse("silver.shop.item")))
        .isEqualTo("lake.`silver`.`shop`.`item`");
    assertThat(Names.literal("a\\b'c")).isEqualTo("'a\\\\b\\'c'");
    assertThat(Names.suggestion("unqiue", List.of("unique", "rows")))
        .isEqualTo("; did you mean `unique`?");
    assertThat(Names.suggestion("something", List.of("unique", "rows"))).isEmpty();
  }

  @Test
  void cutsLargeWorkIntoMoreTasks() {
    assertThat(LakeSession.shufflePartitions(0)).isBetween(1, 4);
    assertThat(LakeSession.shufflePartitions(10L << 30)).isEqualTo(1_280);
    assertThat(LakeSession.shufflePartitions(10L << 40)).isEqualTo(4_000);
  }
}
