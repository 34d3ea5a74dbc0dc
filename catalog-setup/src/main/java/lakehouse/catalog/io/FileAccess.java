package lakehouse.catalog.io;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import lakehouse.catalog.config.IcebergProperties;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Opens Iceberg's access to files, as the properties of {@link IcebergProperties} have it. */
public final class FileAccess {
  private static final Map<Map<String, String>, FileIO> SHARED = new ConcurrentHashMap<>();

  private FileAccess() {}

  /** Opens one; close it when done. */
  public static FileIO open(Map<String, String> properties) {
    return CatalogUtil.loadFileIO(
        properties.get(IcebergProperties.FILE_IO), properties, new Configuration());
  }

  /**
   * One for as long as the process lives, the same for all who ask with the same properties:
   * readers of a folder come and go, and a client of an object store takes long to make.
   */
  public static SupportsPrefixOperations shared(Map<String, String> properties) {
    return (SupportsPrefixOperations)
        SHARED.computeIfAbsent(Map.copyOf(properties), FileAccess::open);
  }
}
