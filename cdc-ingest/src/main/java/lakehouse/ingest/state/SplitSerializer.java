package lakehouse.ingest.state;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.InstantiationUtil;

/**
 * Java serialization of a source's splits and of its enumerator's state, which never outlive the
 * process: a start goes by the catalog alone.
 */
public final class SplitSerializer<T extends Serializable> implements SimpleVersionedSerializer<T> {
  @Override
  public int getVersion() {
    return 1;
  }

  @Override
  public byte[] serialize(T value) throws IOException {
    return InstantiationUtil.serializeObject(value);
  }

  @Override
  public T deserialize(int version, byte[] bytes) throws IOException {
    try {
      return InstantiationUtil.deserializeObject(bytes, SplitSerializer.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }
}
