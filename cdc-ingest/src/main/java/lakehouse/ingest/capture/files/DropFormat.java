package lakehouse.ingest.capture.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;

/**
 * How Flink's file source reads a drop: each file is one split, read in its order, and what is
 * handed out ends with the file's {@link FileRecord.End}. A position is the number of records
 * before, so a reading that goes on passes over as many lines without decoding them.
 */
final class DropFormat implements BulkFormat<FileRecord, FileSourceSplit> {
  private static final long serialVersionUID = 1L;

  /** So begins the id of a split that only tells that a file was rewritten, and no path does. */
  static final String REWRITTEN = "_rewritten ";

  private static final int BATCH = 1_000;
  private static final int BATCH_BYTES = 1 << 20;
  private static final int GZIP_BUFFER = 1 << 16;

  private final Drop drop;

  DropFormat(Drop drop) {
    this.drop = drop;
  }

  @Override
  public Reader<FileRecord> createReader(Configuration config, FileSourceSplit split)
      throws IOException {
    return open(split, 0);
  }

  @Override
  public Reader<FileRecord> restoreReader(Configuration config, FileSourceSplit split)
      throws IOException {
    return open(
        split,
        split.getReaderPosition().map(CheckpointedPosition::getRecordsAfterOffset).orElse(0L));
  }

  private Reader<FileRecord> open(FileSourceSplit split, long skip) throws IOException {
    boolean rewritten = split.splitId().startsWith(REWRITTEN);
    String path = split.splitId().substring(rewritten ? REWRITTEN.length() : 0);
    FileTable table = drop.table(path).orElseThrow();
    DropFile file =
        new DropFile(
            path, table.config().name(), split.fileModificationTime() * 1_000, split.fileSize());
    if (rewritten) {
      return unread(
          file,
          TakeStatus.REWRITTEN,
          "the file was written again after it was taken in; give what is new in it another name",
          skip);
    }
    Optional<String> refusal = drop.refusal(path);
    if (refusal.isPresent()) {
      return unread(file, TakeStatus.REFUSED, refusal.get(), skip);
    }
    try {
      requireUnchanged(drop, file);
      InputFile input = drop.input(file);
      RecordReader reader =
          switch (table.config().format()) {
            case JSON_LINES -> lines(input, file, table, new JsonLines(table));
            case CSV -> lines(input, file, table, new CsvLines(table));
            case PARQUET -> new ParquetDrop(input, file, table);
          };
      return new Batches(drop, file, reader, skip);
    } catch (NotFoundException e) {
      return new Ended(gone(file, skip), skip);
    } catch (ChangedException e) {
      return new Ended(changed(file, skip), skip);
    }
  }

  /** A file of which nothing is read; it is told once. */
  private static Reader<FileRecord> unread(
      DropFile file, TakeStatus status, String reason, long skip) {
    return new Ended(skip > 0 ? null : new FileRecord.End(file, 1, status, reason), skip);
  }

  private static RecordReader lines(
      InputFile input, DropFile file, FileTable table, LineDecoder decoder) throws IOException {
    SeekableInputStream stored = input.newStream();
    InputStream in = stored;
    if (file.path().endsWith(".gz")) {
      try {
        in = new Archive(stored);
      } catch (EOFException | ZipException e) {
        in.close();
        return new Damaged(file); // even the archive of nothing has a header
      } catch (IOException | RuntimeException e) {
        in.close();
        throw e;
      }
    }
    boolean quotes = table.config().format().name().equals("CSV") && table.config().multiline();
    return new LineRecords(
        file, table, new LineReader(in, (int) table.config().maxLineBytes(), quotes), decoder);
  }

  private static FileRecord.End gone(DropFile file, long before) {
    return new FileRecord.End(
        file,
        before + 1,
        TakeStatus.DELETED,
        "the file was deleted after record %d of it".formatted(before));
  }

  private static FileRecord.End changed(DropFile file, long before) {
    return new FileRecord.End(
        file,
        before + 1,
        TakeStatus.CHANGED,
        "the file was changed while it was taken in, after record %d; rename whole files into place"
            .formatted(before));
  }

  private static void requireUnchanged(Drop drop, DropFile file) throws ChangedException {
    DropFile now =
        drop.find(file.path())
            .orElseThrow(() -> new NotFoundException("There is no file %s", file.path()));
    if (!now.sameVersion(file)) {
      throw new ChangedException();
    }
  }

  private static final class ChangedException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public boolean isSplittable() {
    return false;
  }

  @Override
  public TypeInformation<FileRecord> getProducedType() {
    return TypeInformation.of(FileRecord.class);
  }

  /** Hands out the records of a file in batches, and its end. */
  private static final class Batches implements Reader<FileRecord> {
    private final Drop drop;
    private final DropFile file;
    private final RecordReader reader;
    private final long skip;
    private long ordinal;
    private boolean ended;

    Batches(Drop drop, DropFile file, RecordReader reader, long skip) {
      this.drop = drop;
      this.file = file;
      this.reader = reader;
      this.skip = skip;
    }

    @Override
    public @Nullable RecordIterator<FileRecord> readBatch() throws IOException {
      if (ended) {
        return null;
      }
      try {
        if (!pass()) {
          ended = true;
          // of a file that was read whole, the end was handed out
          return ordinal + 1 == skip ? null : only(changed(file, ordinal), ordinal);
        }
      } catch (NotFoundException deletedOnceOpened) {
        ended = true;
        return only(gone(file, skip), skip);
      }
      List<FileRecord> batch = new ArrayList<>(BATCH);
      long first = ordinal;
      long begin = reader.position();
      while (batch.size() < BATCH && reader.position() - begin < BATCH_BYTES) {
        FileRecord record = next();
        ordinal++;
        if (record == null) {
          ended = true;
          batch.add(end());
          break;
        }
        batch.add(record);
        if (record instanceof FileRecord.End) {
          ended = true;
          break;
        }
      }
      return new Batch(batch.iterator(), first);
    }

    /** Passes over what was handed out before; false if there is less. */
    private boolean pass() throws IOException {
      while (ordinal < skip) {
        if (!reader.skip()) {
          return false;
        }
        ordinal++;
      }
      return true;
    }

    private @Nullable FileRecord next() throws IOException {
      try {
        return reader.next(ordinal + 1);
      } catch (NotFoundException deletedOnceOpened) {
        return gone(file, ordinal);
      }
    }

    /** The end of a file all of which was read. */
    private FileRecord end() {
      try {
        requireUnchanged(drop, file);
        return new FileRecord.End(file, ordinal, TakeStatus.DONE, null);
      } catch (NotFoundException deletedOnceRead) {
        return new FileRecord.End(file, ordinal, TakeStatus.DONE, null);
      } catch (ChangedException e) {
        return changed(file, ordinal - 1);
      }
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  /** A file of which nothing is left but to tell its end. */
  private static final class Ended implements Reader<FileRecord> {
    private final long before;
    private FileRecord.@Nullable End end;

    Ended(FileRecord.@Nullable End end, long before) {
      this.before = before;
      this.end = end;
    }

    @Override
    public @Nullable RecordIterator<FileRecord> readBatch() {
      if (end == null) {
        return null;
      }
      RecordIterator<FileRecord> only = only(end, before);
      end = null;
      return only;
    }

    @Override
    public void close() {}
  }

  private static RecordIterator<FileRecord> only(FileRecord record, long before) {
    return new Batch(List.of(record).iterator(), before);
  }

  /** Records with the number of those before them. */
  private static final class Batch implements RecordIterator<FileRecord> {
    private final Iterator<FileRecord> records;
    private long before;

    Batch(Iterator<FileRecord> records, long before) {
      this.records = records;
      this.before = before;
    }

    @Override
    public @Nullable RecordAndPosition<FileRecord> next() {
      return records.hasNext()
          ? new RecordAndPosition<>(records.next(), RecordAndPosition.NO_OFFSET, ++before)
          : null;
    }

    @Override
    public void releaseBatch() {}
  }

  /**
   * An archive of one member or more. Java takes what it cannot read behind a member for the
   * archive's end.
   */
  private static final class Archive extends GZIPInputStream {
    private static final int TRAILER = 8;

    private final SeekableInputStream stored;

    /**
     * The byte behind what was read to be inflated; what is read beyond is of trailers and headers.
     */
    private long filled;

    Archive(SeekableInputStream stored) throws IOException {
      super(stored, GZIP_BUFFER);
      this.stored = stored;
    }

    @Override
    protected void fill() throws IOException {
      super.fill();
      filled = stored.getPos();
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      int read = super.read(bytes, offset, count);
      if (read < 0) {
        long behind = inf.getRemaining() + stored.getPos() - filled;
        if (behind > TRAILER || stored.available() > 0) {
          throw new ZipException("what is behind a member is no other");
        }
      }
      return read;
    }
  }

  /** A file that is no archive although its name says so. */
  private record Damaged(DropFile file) implements RecordReader {
    @Override
    public FileRecord next(long ordinal) {
      return new FileRecord.End(
          file, ordinal, TakeStatus.DAMAGED, "the file is no gzip archive, or has no whole header");
    }

    @Override
    public boolean skip() {
      return false;
    }

    @Override
    public long position() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
