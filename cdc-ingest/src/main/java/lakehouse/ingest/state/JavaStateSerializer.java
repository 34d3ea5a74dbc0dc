package lakehouse.ingest.state;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.util.InstantiationUtil;
import org.jspecify.annotations.Nullable;

/**
 * Java serialization, for the few small objects that live in checkpoints or pass to the committer
 * once per checkpoint. Their classes keep a fixed {@code serialVersionUID}; Iceberg's data files
 * among them bind a checkpoint with pending commits to its Iceberg version.
 */
public final class JavaStateSerializer<T extends Serializable> extends TypeSerializer<T> {
  private static final long serialVersionUID = 1L;

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public TypeSerializer<T> duplicate() {
    return this;
  }

  @Override
  public @Nullable T createInstance() {
    return null;
  }

  @Override
  public T copy(T from) {
    try {
      return InstantiationUtil.clone(from, classLoader());
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public T copy(T from, T reuse) {
    return copy(from);
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(T value, DataOutputView target) throws IOException {
    byte[] bytes = InstantiationUtil.serializeObject(value);
    target.writeInt(bytes.length);
    target.write(bytes);
  }

  @Override
  public T deserialize(DataInputView source) throws IOException {
    byte[] bytes = new byte[source.readInt()];
    source.readFully(bytes);
    try {
      return InstantiationUtil.deserializeObject(bytes, classLoader());
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  @Override
  public T deserialize(T reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    int length = source.readInt();
    target.writeInt(length);
    target.write(source, length);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JavaStateSerializer;
  }

  @Override
  public int hashCode() {
    return JavaStateSerializer.class.hashCode();
  }

  @Override
  public TypeSerializerSnapshot<T> snapshotConfiguration() {
    return new Snapshot<>();
  }

  private static ClassLoader classLoader() {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return context == null ? JavaStateSerializer.class.getClassLoader() : context;
  }

  /** Every version reads every other as far as Java's serialization does. */
  public static final class Snapshot<T extends Serializable>
      extends SimpleTypeSerializerSnapshot<T> {
    public Snapshot() {
      super(JavaStateSerializer::new);
    }
  }
}
