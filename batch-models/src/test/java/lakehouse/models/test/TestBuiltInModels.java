package lakehouse.models.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.model.ModelSql;
import lakehouse.models.run.LakeSession;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.junit.jupiter.api.Test;
import scala.collection.JavaConverters;

class TestBuiltInModels {
  private static final List<ModelTestRunner.Result> RESULTS =
      ModelTestRunner.run(
          ModelLibrary.load(List.of()), List.of(ModelTestRunner.builtInTests()), List.of());

  @Test
  void passTheirTests() {
    assertThat(RESULTS).isNotEmpty().allSatisfy(r -> assertThat(r.differences()).isEmpty());
    assertThat(RESULTS)
        .extracting(ModelTestRunner.Result::model)
        .as("every mart has a test")
        .containsAll(
            ModelLibrary.load(List.of()).stream()
                .filter(model -> model.tags().contains("mart"))
                .map(Model::name)
                .toList());
  }

  @Test
  void describeTheVeryColumnsThatTheyMake() {
    Map<String, Model> models =
        ModelLibrary.load(List.of()).stream().collect(Collectors.toMap(Model::name, it -> it));
    assertThat(RESULTS)
        .allSatisfy(
            result ->
                assertThat(result.columns())
                    .as(result.model())
                    .containsExactlyInAnyOrderElementsOf(
                        models.get(result.model()).columns().keySet()));
    // dimensions and reference data have no test; their SELECT names its columns
    Set<String> tested =
        RESULTS.stream().map(ModelTestRunner.Result::model).collect(Collectors.toSet());
    SparkSession spark = LakeSession.open(0);
    try {
      List<Model> others =
          models.values().stream().filter(model -> !tested.contains(model.name())).toList();
      assertThat(others).isNotEmpty();
      for (Model model : others) {
        assertThat(namedColumns(spark, model))
            .as(model.name())
            .containsExactlyInAnyOrderElementsOf(model.columns().keySet());
      }
    } finally {
      spark.stop();
    }
  }

  private static List<String> namedColumns(SparkSession spark, Model model) {
    try {
      LogicalPlan plan =
          spark
              .sessionState()
              .sqlParser()
              .parsePlan(ModelSql.replaceRefs(model.sql(), table -> "given"));
      while (!(plan instanceof Project)) {
        plan = plan.children().head();
      }
      return JavaConverters.seqAsJavaList(((Project) plan).projectList()).stream()
          .map(NamedExpression::name)
          .map(name -> name.substring(name.lastIndexOf('.') + 1))
          .toList();
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void makeTheSameOfMoreDataForWhichSparkCompiles() {
    List<ModelTestRunner.Result> results =
        ModelTestRunner.run(
            ModelLibrary.load(List.of()),
            List.of(ModelTestRunner.builtInTests()),
            List.of("gold.recovery_ageing"),
            LakeSession.TINY_BYTES + 1);
    assertThat(results).isNotEmpty().allSatisfy(r -> assertThat(r.differences()).isEmpty());
  }

  @Test
  void describeEveryColumn() {
    for (Model model : ModelLibrary.load(List.of())) {
      assertThat(model.columns()).as(model.name()).isNotEmpty();
      assertThat(model.audits()).as(model.name()).isNotEmpty();
    }
  }
}
