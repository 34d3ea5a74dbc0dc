package lakehouse.load.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;

/**
 * Files and bytes of a warehouse that is a folder, by layer: {@code bronze data}, {@code bronze
 * metadata} and so on.
 */
record WarehouseSize(Map<String, Long> files, Map<String, Long> bytes) {
  static WarehouseSize of(Path warehouse) {
    Map<String, Long> files = new TreeMap<>();
    Map<String, Long> bytes = new TreeMap<>();
    try {
      Files.walkFileTree(
          warehouse,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              String layer =
                  warehouse.relativize(file).getName(0).toString().replaceFirst("\\..*", "");
              String what = layer + (file.toString().endsWith(".parquet") ? " data" : " metadata");
              files.merge(what, 1L, Long::sum);
              bytes.merge(what, attributes.size(), Long::sum);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // deleted meanwhile
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new WarehouseSize(files, bytes);
  }
}
