package lakehouse.ingest.event;

import java.io.IOException;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Flink's type of {@link ChangeEvent}: it copies by reference and refuses to be serialized, so that
 * a topology which breaks the chain from engine to writer fails at its first event instead of
 * becoming slow.
 */
public final class ChangeEventTypeInfo extends OpaqueTypeInfo<ChangeEvent> {
  private static final long serialVersionUID = 1L;

  /** The only instance that is needed. */
  public static final ChangeEventTypeInfo INSTANCE = new ChangeEventTypeInfo();

  private ChangeEventTypeInfo() {
    super(ChangeEvent.class);
  }

  @Override
  public TypeSerializer<ChangeEvent> createSerializer(ExecutionConfig config) {
    return ByReference.INSTANCE;
  }

  /** Copies by reference. */
  public static final class ByReference extends TypeSerializerSingleton<ChangeEvent> {
    private static final long serialVersionUID = 1L;
    private static final ByReference INSTANCE = new ByReference();

    @Override
    public boolean isImmutableType() {
      return true;
    }

    @Override
    public ChangeEvent createInstance() {
      throw chained();
    }

    @Override
    public ChangeEvent copy(ChangeEvent from) {
      return from;
    }

    @Override
    public ChangeEvent copy(ChangeEvent from, ChangeEvent reuse) {
      return from;
    }

    @Override
    public int getLength() {
      return -1;
    }

    @Override
    public void serialize(ChangeEvent event, DataOutputView target) throws IOException {
      throw chained();
    }

    @Override
    public ChangeEvent deserialize(DataInputView source) throws IOException {
      throw chained();
    }

    @Override
    public ChangeEvent deserialize(ChangeEvent reuse, DataInputView source) throws IOException {
      throw chained();
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
      throw chained();
    }

    @Override
    public TypeSerializerSnapshot<ChangeEvent> snapshotConfiguration() {
      throw chained();
    }

    private static IllegalStateException chained() {
      return new IllegalStateException(
          "Change events never leave their chain: engine and writer must have the same parallelism"
              + " and no partitioning between them");
    }
  }
}
