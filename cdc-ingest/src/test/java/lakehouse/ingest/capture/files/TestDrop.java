package lakehouse.ingest.capture.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import lakehouse.catalog.config.ColumnConfig;
import lakehouse.catalog.config.FileTableConfig;
import lakehouse.catalog.config.FileTableConfig.FileFormat;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.catalog.config.RejectionConfig;
import lakehouse.ingest.capture.files.StoredFile.UnreadableException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are found in a folder, and that all of each is read. */
class TestDrop {
  @TempDir private Path folder;

  @Test
  void findsFilesByTheirPathHoweverTheFolderIsSpelt() throws IOException {
    put("a.csv", "1");
    put("deep/b 1.csv", "1");
    put(".hidden/c.csv", "1");
    put("deep/_half.csv", "1");
    for (String location :
        List.of("file://" + folder, "file:" + folder + "//", "file:///" + folder + "/")) {
      Drop drop = drop(location);
      assertThat(drop.list())
          .as(location)
          .extracting(DropFile::path)
          .containsExactlyInAnyOrder("a.csv", "deep/b 1.csv");
      assertThat(drop.find("deep/b 1.csv")).isPresent();
      assertThat(drop.find("deep/b")).isEmpty();
    }
  }

  @Test
  void knowsAFileThatIsCalledRewrittenFromOneThatIs() throws IOException {
    put("rewritten 1.csv", "1\n2");
    put("deep/rewritten 2.csv", "1\n2\n3");
    assertThat(read("rewritten 1.csv")).isEqualTo("2 done");
    assertThat(read("deep/rewritten 2.csv")).isEqualTo("3 done");
  }

  /** As files are that were written by several programs, or by one that goes on. */
  @Test
  void readsArchivesOfManyMembersToTheirEnd() throws IOException {
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    for (int i = 0; i < 20_000; i++) {
      many.writeBytes(DropFolder.gzip(i + "\n"));
    }
    put("many.csv.gz", many.toByteArray());
    assertThat(read("many.csv.gz")).isEqualTo("20000 done");
  }

  @Test
  void tellsWhereAnArchiveCannotBeReadOn() throws IOException {
    byte[] member = DropFolder.gzip("1\n2\n");
    ByteArrayOutputStream three = new ByteArrayOutputStream();
    for (int i = 0; i < 3; i++) {
      three.writeBytes(member);
    }
    byte[] broken = three.toByteArray();
    broken[member.length] = 0; // the begin of the second
    put("broken.csv.gz", broken);
    assertThat(read("broken.csv.gz")).isEqualTo("2 damaged");
    for (int cut = 1; cut < member.length; cut++) {
      put("cut.csv.gz", Arrays.copyOf(three.toByteArray(), 2 * member.length + cut));
      assertThat(read("cut.csv.gz")).as("cut at %d", cut).matches("[456] damaged");
    }
    put("empty.csv.gz", "");
    assertThat(read("empty.csv.gz")).isEqualTo("0 damaged");
  }

  /** Where Java reads the next header by itself, and not from what it has read ahead. */
  @Test
  void tellsOfADamagedHeaderWhereverItIs() throws IOException {
    byte[] second = DropFolder.gzip("2\n");
    for (int length = 65_490; length < 65_560; length++) {
      byte[] first = storedArchive("1,".repeat(length / 2) + "1".repeat(length % 2) + "\n");
      for (int cut : new int[] {1, 5, 9, 10, second.length}) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.write(second, 0, cut);
        put("a.csv.gz", both.toByteArray());
        assertThat(read("a.csv.gz"))
            .as("%d bytes and %d", first.length, cut)
            .endsWith(cut == second.length ? " done" : " damaged");
      }
    }
  }

  private static byte[] storedArchive(String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip =
        new GZIPOutputStream(bytes) {
          {
            def.setLevel(Deflater.NO_COMPRESSION);
          }
        }) {
      gzip.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  /** As a job does that fails between the end of a file and the next checkpoint. */
  @Test
  void tellsAnEndOnce() throws IOException {
    put("a.csv", "1\n2\n");
    put("damaged.csv.gz", Arrays.copyOf(DropFolder.gzip("1\n2\n"), 20));
    Drop drop = drop("file://" + folder);
    for (DropFile file : drop.list()) {
      long records = records(drop, DropEnumerator.split(file, 0)).size();
      assertThat(records(drop, DropEnumerator.split(file, records))).as(file.path()).isEmpty();
      assertThat(records(drop, DropEnumerator.split(file, records - 1)))
          .as(file.path())
          .singleElement()
          .isInstanceOf(FileRecord.End.class);
    }
    Drop bucket = drop("s3://bucket/drops");
    DropFile refused = new DropFile("a#1.csv", "t", 0, 10);
    assertThat(records(bucket, DropEnumerator.split(refused, 0))).hasSize(1);
    assertThat(records(bucket, DropEnumerator.split(refused, 1))).isEmpty();
  }

  @Test
  void waitsForAFolderThatIsNotThere() throws IOException {
    put("drops/a.csv", "1");
    Drop drop = drop("file://" + folder + "/drops");
    DropFile file = drop.list().get(0);
    Files.move(folder.resolve("drops"), folder.resolve("elsewhere"));
    assertThatThrownBy(drop::list)
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("there is no folder");
    assertThatThrownBy(() -> records(drop, DropEnumerator.split(file, 0)))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("drops/a.csv cannot be read");
  }

  @Test
  void doesNotTakeAFileThatMayNotBeOpenedForOneThatIsGone() throws IOException {
    Path file = put("a.csv", "1");
    DropFile found = drop("file://" + folder).find("a.csv").orElseThrow();
    Drop drop = drop("file://" + folder);
    try (SeekableInputStream in = drop.input(found).newStream()) {
      assertThat(in.read()).isEqualTo('1');
    }
    Files.delete(file);
    Files.createDirectory(file); // root may open everything else
    assertThatThrownBy(() -> drop.input(found).newStream()).isInstanceOf(UnreadableException.class);
  }

  @Test
  void doesNotTakeAnEarlyEndForTheEnd() throws IOException {
    put("a.csv", "1\n2\n3\n");
    DropFile longer = new DropFile("a.csv", "t", 0, 100);
    assertThatThrownBy(() -> drop("file://" + folder).input(longer).newStream().readAllBytes())
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("it ends before byte 6 of 100");
  }

  @Test
  void refusesObjectsThatCannotBeAskedFor() {
    Drop bucket = drop("s3://bucket/drops");
    assertThat(bucket.refusal("a#1.csv")).get().asString().contains("rename it");
    assertThat(bucket.refusal("a?.csv")).isPresent();
    assertThat(bucket.refusal("a b%20.csv")).isEmpty();
    assertThat(drop("file://" + folder).refusal("a#1.csv")).isEmpty();
  }

  private Path put(String path, String content) throws IOException {
    return put(path, content.getBytes(StandardCharsets.UTF_8));
  }

  private Path put(String path, byte[] content) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  /** How many rows are in a file, and how its reading ends. */
  private String read(String path) throws IOException {
    Drop drop = drop("file://" + folder);
    List<FileRecord> records =
        records(drop, DropEnumerator.split(drop.find(path).orElseThrow(), 0));
    FileRecord.End end = (FileRecord.End) records.get(records.size() - 1);
    assertThat(end.file().path()).isEqualTo(path);
    return records.stream().filter(FileRecord.Row.class::isInstance).count()
        + " "
        + end.status().text();
  }

  private static List<FileRecord> records(Drop drop, FileSourceSplit split) throws IOException {
    List<FileRecord> records = new ArrayList<>();
    try (BulkFormat.Reader<FileRecord> reader =
        new DropFormat(drop).restoreReader(new Configuration(), split)) {
      for (var batch = reader.readBatch(); batch != null; batch = reader.readBatch()) {
        for (var next = batch.next(); next != null; next = batch.next()) {
          records.add(next.getRecord());
        }
      }
    }
    return records;
  }

  private static Drop drop(String location) {
    FileTableConfig table =
        new FileTableConfig(
            "t",
            "**.csv*",
            FileFormat.CSV,
            false,
            ",",
            false,
            "UTF-8",
            1 << 20,
            List.of(),
            List.of(new ColumnConfig("n", "int", false, "", "", "")));
    return new Drop(
        new FilesConfig(
            "drops",
            location,
            Map.of(),
            Duration.ofSeconds(1),
            Duration.ZERO,
            new RejectionConfig(RejectionConfig.Policy.QUARANTINE, 0),
            List.of(table),
            List.of()));
  }
}
