package lakehouse.ingest.capture.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;

/** Parquet files as others write them. */
final class ParquetFiles {
  private static final Schema PROFILE =
      new Schema(
          Types.NestedField.optional(1, "meter", Types.StringType.get()),
          Types.NestedField.optional(2, "slot", Types.IntegerType.get()),
          Types.NestedField.optional(3, "kwh", Types.DoubleType.get()));

  private ParquetFiles() {}

  /** A file of so many rows, in row groups of about 1 MiB. */
  static byte[] profiles(Path folder, int rows) throws IOException {
    Path file = Files.createTempFile(folder, "profile", ".parquet");
    Files.delete(file);
    try (FileAppender<Record> out =
        Parquet.write(org.apache.iceberg.Files.localOutput(file.toFile()))
            .schema(PROFILE)
            .createWriterFunc(GenericParquetWriter::buildWriter)
            .set("write.parquet.row-group-size-bytes", "1048576")
            .build()) {
      GenericRecord row = GenericRecord.create(PROFILE);
      for (int i = 0; i < rows; i++) {
        row.setField("meter", "M" + i);
        row.setField("slot", i % 96);
        row.setField("kwh", i % 4_000 / 8.0);
        out.add(row);
      }
    }
    byte[] content = Files.readAllBytes(file);
    Files.delete(file);
    return content;
  }
}
