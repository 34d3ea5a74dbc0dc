package lakehouse.models.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;

class TestModelGraph {
  private static final TableIdentifier LOG = TableIdentifier.parse("bronze.shop.item");

  @Test
  void putsEachModelAfterWhatItReads() {
    ModelGraph graph =
        ModelGraph.of(
            List.of(
                model("gold.c", "gold.b", "gold.a"),
                model("gold.b", "gold.a"),
                model("gold.a", "bronze.shop.item")),
            Set.of(LOG));
    assertThat(graph.models())
        .extracting(Model::name)
        .containsExactly("gold.a", "gold.b", "gold.c");
  }

  @Test
  void namesEveryModelOfACycle() {
    assertThatThrownBy(
            () ->
                ModelGraph.of(
                    List.of(
                        model("gold.a", "gold.c"),
                        model("gold.b", "gold.a"),
                        model("gold.c", "gold.b")),
                    Set.of()))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION))
        .hasMessage(
            """
            The models form a cycle: each of gold.a -> gold.c -> gold.b -> gold.a reads the next.
            Remove one of these references.""");
  }

  @Test
  void suggestsTheTableThatWasMeant() {
    assertThatThrownBy(
            () -> ModelGraph.of(List.of(model("gold.a", "bronze.shop.itme")), Set.of(LOG)))
        .hasMessage(
            """
            gold.a.sql: there is no table `bronze.shop.itme` to refer to; did you mean `bronze.shop.item`?.
            A captured table appears once `lake ingest` has committed it.""");
  }

  @Test
  void selectsByNameSidesAndTag() {
    ModelGraph graph =
        ModelGraph.of(
            List.of(
                model("gold.a", "bronze.shop.item"),
                model("gold.b", "gold.a"),
                model("gold.c", "gold.b"),
                model("gold.d", "bronze.shop.item")),
            Set.of(LOG));
    assertThat(selected(graph)).isEqualTo("gold.a gold.b gold.c gold.d");
    assertThat(selected(graph, "gold.b")).isEqualTo("gold.b");
    assertThat(selected(graph, "+gold.b")).isEqualTo("gold.a gold.b");
    assertThat(selected(graph, "gold.b+")).isEqualTo("gold.b gold.c");
    assertThat(selected(graph, "+gold.b+", "gold.d")).isEqualTo("gold.a gold.b gold.c gold.d");
    assertThat(selected(graph, "tag:d")).isEqualTo("gold.d");
    assertThatThrownBy(() -> selected(graph, "gold.e", "tag:x"))
        .hasMessage(
            """
            There is no model `gold.e`; did you mean `gold.a`?.
            No model has the tag `x`; there are [a, b, c, d].""");
  }

  private static String selected(ModelGraph graph, String... selectors) {
    return graph.select(List.of(selectors)).stream()
        .map(TableIdentifier::toString)
        .collect(Collectors.joining(" "));
  }

  static Model model(String name, String... inputs) {
    List<String> problems = new ArrayList<>();
    String from =
        Arrays.stream(inputs).map("${ref('%s')}"::formatted).collect(Collectors.joining(", "));
    Model model =
        ModelFile.parse(
                TableIdentifier.parse(name),
                name + ".sql",
                "/*\ndescription: x\nmaterialized: full\ntags: [%s]\n*/\nSELECT * FROM %s"
                    .formatted(name.substring(name.length() - 1), from),
                problems)
            .orElseThrow();
    assertThat(problems).isEmpty();
    return model;
  }
}
