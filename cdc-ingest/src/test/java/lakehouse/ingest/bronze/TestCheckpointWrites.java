package lakehouse.ingest.bronze;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import lakehouse.ingest.bronze.CheckpointWrites.Reached;
import org.junit.jupiter.api.Test;

/** What is handed over for a checkpoint, put together. */
class TestCheckpointWrites {
  private static final Reached FIRST = new Reached(10, 1, Set.of("public.a"), 0, "at=10");

  @Test
  void goesOnAtTheLastPlaceThatWasTold() {
    assertThat(Reached.NOTHING.plus(FIRST)).isEqualTo(FIRST);
    assertThat(FIRST.plus(Reached.NOTHING)).isEqualTo(FIRST);
    assertThat(FIRST.plus(new Reached(20, 2, Set.of("public.b"), 0, "at=20")))
        .isEqualTo(new Reached(20, 2, Set.of("public.b"), 0, "at=20"));
  }

  @Test
  void forgetsAPlaceThatIsOlderThanWhatIsHeld() {
    assertThat(FIRST.plus(new Reached(20, 2, Set.of(), 0, null)).resume()).isNull();
  }
}
