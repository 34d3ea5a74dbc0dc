package lakehouse.ingest.capture.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import lakehouse.ingest.capture.postgres.RowLayout.Form;
import lakehouse.ingest.capture.postgres.SourceTable.Column;
import lakehouse.ingest.type.WireType;
import lakehouse.ingest.type.WireType.Kind;
import org.junit.jupiter.api.Test;

/** What is left of rows that are too large. */
class TestLargeRows {
  private static final WireType TEXT = new WireType(25, -1, "text", Kind.BUILT_IN, null, ',');
  private static final byte[] LARGE = new byte[20 << 20];
  private static final byte[] LARGER = new byte[21 << 20];
  private static final byte[] SMALL = "small".getBytes(UTF_8);

  private final WireRow row = new WireRow(layout(Form.LOAD));

  @Test
  void leavesTheLargestValuesOfACopiedRowOut() {
    ByteBuffer message =
        ByteBuffer.allocate(100 + LARGE.length + LARGER.length).putShort(7, (short) 4);
    message.position(9);
    for (byte[] value : List.of(SMALL, LARGE, LARGER)) {
      message.putInt(value.length).put(value);
    }
    message.putInt(-1);
    byte[] whole = java.util.Arrays.copyOf(message.array(), message.position());
    byte[] left = LargeRows.copied(whole, 7);
    assertThat(row.overCopy(left, 0)).isEqualTo(left.length);
    assertLeft(row);
  }

  @Test
  void leavesTheLargestValuesOfEachStreamedRowOut() {
    ByteBuffer message = ByteBuffer.allocate(100 + 2 * (LARGE.length + LARGER.length));
    message.position(WalReader.Batch.body());
    message.put((byte) 'U').putInt(4711);
    for (char side : new char[] {'O', 'N'}) {
      message.put((byte) side).putShort((short) 4);
      for (byte[] value : List.of(SMALL, LARGE, LARGER)) {
        message.put((byte) 't').putInt(value.length).put(value);
      }
      message.put((byte) 'n');
    }
    byte[] whole = java.util.Arrays.copyOf(message.array(), message.position());
    byte[] left = LargeRows.streamed(whole, WalReader.Batch.body());
    int second = row.overTuple(left, WalReader.Batch.body() + 6);
    assertLeft(row);
    assertThat(left[second]).isEqualTo((byte) 'N');
    assertThat(row.overTuple(left, second + 1)).isEqualTo(left.length);
    assertLeft(row);
  }

  @Test
  void keepsAMessageWithoutRows() {
    byte[] message = new byte[LargeRows.LIMIT + 100];
    message[WalReader.Batch.body()] = 'M';
    assertThat(LargeRows.streamed(message, WalReader.Batch.body())).isSameAs(message);
  }

  private static void assertLeft(WireRow row) {
    assertThat(row.getString(0)).hasToString("small");
    assertThat(row.length(1)).isEqualTo(LARGE.length);
    assertThat(row.isNullAt(2)).isTrue();
    assertThat(row.isNullAt(3)).isTrue();
    assertThat(row.getMap(0).keyArray().size()).isEqualTo(1);
    assertThat(row.getMap(0).keyArray().getString(0)).hasToString("larger");
    assertThat(row.getMap(0).valueArray().getString(0))
        .hasToString("left out: the row is larger than 32 MiB");
  }

  private static RowLayout layout(Form form) {
    return new RowLayout(
        "public",
        "document",
        List.of(
            new Column("small", TEXT),
            new Column("large", TEXT),
            new Column("larger", TEXT),
            new Column("none", TEXT)),
        List.of("small"),
        form,
        PostgresServer.NO_MASKS);
  }
}
