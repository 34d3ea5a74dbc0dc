package lakehouse.catalog.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Patterns of tables, as the configuration spells them. */
class TestTablePattern {
  @Test
  void takesAStarForAnyTextAndPublicForGranted() {
    assertThat(new TablePattern("*").matches("public", "bill")).isTrue();
    assertThat(new TablePattern("*").matches("audit", "bill")).isFalse();
    assertThat(new TablePattern("bill*").matches("public", "bill_adjustment")).isTrue();
    assertThat(new TablePattern("audit.*").matches("audit", "bill")).isTrue();
    assertThat(new TablePattern("*.*").matches("audit", "bill")).isTrue();
    assertThat(new TablePattern("bi[l]l").matches("public", "bill")).isFalse();
    assertThat(new TablePattern("Bill").matches("public", "bill")).isFalse();
  }

  @Test
  void takesWhatStandsInQuotesAsItIs() {
    assertThat(new TablePattern("\"Order Items\"").matches("public", "Order Items")).isTrue();
    assertThat(new TablePattern("\"a.b\".\"c.d\"").matches("a.b", "c.d")).isTrue();
    assertThat(new TablePattern("\"a.b\".*").matches("a.b", "c.d")).isTrue();
    assertThat(new TablePattern("\"5\"\" pipe\"").matches("public", "5\" pipe")).isTrue();
    assertThat(new TablePattern("\"all*\"").matches("public", "all of them")).isFalse();
    assertThat(new TablePattern("\"all*\"").matches("public", "all*")).isTrue();
    assertThat(new TablePattern("\"my \"*").matches("public", "my table")).isTrue();
    assertThat(new TablePattern("größe").matches("public", "größe")).isTrue();
  }

  @Test
  void tellsOneTableFromMany() {
    assertThat(new TablePattern("a*").wildcard()).isTrue();
    assertThat(new TablePattern("*.a").wildcard()).isTrue();
    assertThat(new TablePattern("\"a*\"").wildcard()).isFalse();
    assertThat(new TablePattern("s.\"Order Items\"").table()).isEqualTo("Order Items");
  }

  @Test
  void looksLikeOneOrTwoNames() {
    for (String good :
        List.of("*", "a.b", "\"a b\"", "\"a.b\".c*", "\"a\"\"b\"", "größe", "\"\n\"*")) {
      assertThat(good).matches(TablePattern.FORM);
    }
    for (String bad : List.of("", "a b", "a.b.c", "\"a", "a\"", ".a", "a.", "a..b")) {
      assertThat(bad).doesNotMatch(TablePattern.FORM);
    }
    assertThat("\"a*\"").matches(TablePattern.FORM_OF_ONE);
    assertThat("a*").doesNotMatch(TablePattern.FORM_OF_ONE);
  }
}
