package lakehouse.models.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.run.LakeSession;
import org.junit.jupiter.api.Test;

class TestBuiltInModels {
  @Test
  void passTheirTests() {
    List<ModelTestRunner.Result> results =
        ModelTestRunner.run(
            ModelLibrary.load(List.of()), List.of(ModelTestRunner.builtInTests()), List.of());
    assertThat(results).isNotEmpty().allSatisfy(r -> assertThat(r.differences()).isEmpty());
    assertThat(results)
        .extracting(ModelTestRunner.Result::model)
        .as("every mart has a test")
        .containsAll(
            ModelLibrary.load(List.of()).stream()
                .filter(model -> model.tags().contains("mart"))
                .map(Model::name)
                .toList());
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
