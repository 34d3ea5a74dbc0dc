package lakehouse.models.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.models.model.Input;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelFile;
import lakehouse.models.plan.Decision.TableState;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;

class TestDecision {
  private static final InputChange NEVER = new InputChange.Never();
  private static final InputChange NOTHING = new InputChange.Nothing();
  private static final InputChange ROWS = new InputChange.Rows(3);
  private static final InputChange WHOLE = new InputChange.Whole("was written whole");

  private final Model touched =
      model(
          "touched_partitions\nunique_key: k\npartition_by: day\ninputs: {silver.s.a: {reach: day}}");

  @Test
  void makesAnewWhatIsMissingAskedForOrDefinedOtherwise() {
    assertThat(decide(touched, TableState.MISSING, false, NOTHING, NOTHING))
        .isEqualTo(new Decision(Action.FULL, "first run", false));
    assertThat(decide(touched, TableState.CURRENT, true, NOTHING, NOTHING))
        .isEqualTo(new Decision(Action.FULL, "full refresh asked for", false));
    assertThat(decide(touched, TableState.OUTDATED, false, NOTHING, NOTHING))
        .isEqualTo(new Decision(Action.FULL, "the model's definition changed", false));
  }

  @Test
  void skipsWhatHasNothingNew() {
    assertThat(decide(touched, TableState.CURRENT, false, NOTHING, NOTHING))
        .isEqualTo(new Decision(Action.SKIP, "nothing new", true));
  }

  @Test
  void goesOnFromChangesWhoseReachIsKnown() {
    assertThat(decide(touched, TableState.CURRENT, false, ROWS, NOTHING))
        .isEqualTo(new Decision(Action.INCREMENTAL, "changes of silver.s.a", true));
  }

  @Test
  void computesAllWhereAChangeHasNoReachOrIsNotKnown() {
    assertThat(decide(touched, TableState.CURRENT, false, ROWS, ROWS))
        .isEqualTo(new Decision(Action.FULL, "silver.s.b changed, and has no reach", true));
    assertThat(decide(touched, TableState.CURRENT, false, WHOLE, NOTHING))
        .isEqualTo(new Decision(Action.FULL, "silver.s.a was written whole", true));
    assertThat(decide(touched, TableState.CURRENT, false, NOTHING, NEVER))
        .isEqualTo(new Decision(Action.FULL, "silver.s.b was never read before", true));
  }

  @Test
  void appendsOnlyWhenTheDrivingInputHasNewRows() {
    Model append = model("append\ninputs: {silver.s.a: {appended: true}}");
    assertThat(decide(append, TableState.CURRENT, false, NOTHING, ROWS).action())
        .isEqualTo(Action.SKIP);
    assertThat(decide(append, TableState.CURRENT, false, ROWS, WHOLE).action())
        .isEqualTo(Action.INCREMENTAL);
  }

  private static Decision decide(
      Model model, TableState state, boolean refresh, InputChange a, InputChange b) {
    List<Input> inputs = model.inputs();
    return Decision.of(
        model, state, refresh, Optional.empty(), Map.of(inputs.get(0), a, inputs.get(1), b));
  }

  private static Model model(String materialized) {
    List<String> problems = new ArrayList<>();
    Model model =
        ModelFile.parse(
                TableIdentifier.of("gold", "m"),
                "m.sql",
                "/*\ndescription: x\nmaterialized: %s\n*/\nSELECT * FROM ${ref('silver.s.a')}, ${ref('silver.s.b')}"
                    .formatted(materialized),
                problems)
            .orElse(null);
    assertThat(problems).isEmpty();
    return model;
  }
}
