package lakehouse.models.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestAudit {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM ${this} WHERE amount < 0",
        "\n  SELECT * FROM ${this}\nWHERE kind IN ('a', 'b')\n  AND nowhere IS NULL\n",
        "SELECT * FROM ${this} WHERE NOT (a <=> b) OR order_id IS NULL",
      })
  void aConditionOnSingleRowsStaysWithinAnyPartition(String sql) {
    assertThat(query(sql).staysWithin("day")).isTrue();
    assertThat(sql).contains(query(sql).badRow().orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT day, amount FROM ${this} WHERE amount < 0",
        "SELECT * FROM ${this}",
        "SELECT * FROM ${this} t WHERE t.amount < 0",
        "SELECT * FROM ${this} WHERE amount < (SELECT avg(amount) FROM ${this})",
        "SELECT * FROM ${this} WHERE amount < 0 group by all",
        "SELECT * FROM ${this} WHERE day < current_date() - 7",
        "SELECT * FROM ${this} WHERE told_at > now()",
        "SELECT * FROM ${this} WHERE amount < 0 LIMIT 1",
        "SELECT * FROM ${this} WHERE amount < 0 UNION ALL SELECT * FROM ${this} WHERE amount > 9",
        "SELECT * FROM ${this} WHERE amount < 0 -- or more",
        "SELECT * FROM ${this} WHERE ${this}.amount < 0",
        "SELECT * FROM ${this} WHERE id IN (TABLE lake.gold.wrong)",
        "SELECT * FROM ${this} WHERE settled_on IS NULL AND day < DATE 'yesterday'",
      })
  void anyOtherQueryMayBeOfMore(String sql) {
    assertThat(query(sql).staysWithin("day")).isFalse();
    assertThat(query(sql).badRow()).isEmpty();
  }

  @Test
  void aKeyStaysWithinAPartitionThatIsAPartOfIt() {
    assertThat(new Audit.Unique(List.of("id", "day"), Severity.ERROR).staysWithin("day")).isTrue();
    assertThat(new Audit.Unique(List.of("id"), Severity.ERROR).staysWithin("day")).isFalse();
  }

  private static Audit query(String sql) {
    return new Audit.BadRows("rule", sql, Severity.ERROR);
  }
}
