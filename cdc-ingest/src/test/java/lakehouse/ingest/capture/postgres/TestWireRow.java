package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.postgres.RowLayout.Form;
import lakehouse.ingest.capture.postgres.SourceTable.Column;
import lakehouse.ingest.type.WireType;
import lakehouse.ingest.type.WireType.Kind;
import org.junit.jupiter.api.Test;

/** Rows over the bytes of {@code COPY}. */
class TestWireRow {
  private static final WireType DATE = new WireType(1082, -1, "date", Kind.BUILT_IN, null, ',');
  private static final int INFINITY = Integer.MAX_VALUE;

  @Test
  void keepsTheTextOfWhatDoesNotFit() {
    WireRow row = new WireRow(layout(List.of("id")));
    row.overCopy(copied(0, INFINITY), 0);
    assertThat(row.isNullAt(1)).isTrue();
    assertThat(row.getMap(0).valueArray().getString(0)).hasToString("infinity");
  }

  @Test
  void refusesAKeyThatDoesNotFit() {
    WireRow row = new WireRow(layout(List.of("until")));
    row.overCopy(copied(0, 0), 0);
    assertThatThrownBy(() -> row.overCopy(copied(0, INFINITY), 0))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA_CHECK))
        .hasMessageContaining(
            "The capture stopped at table public.price: column until is of the key")
        .hasMessageContaining("that the lake's type date cannot hold");
  }

  private static RowLayout layout(List<String> key) {
    return new RowLayout(
        "public",
        "price",
        List.of(new Column("id", DATE), new Column("until", DATE)),
        key,
        Form.LOAD,
        PostgresServer.NO_MASKS);
  }

  private static byte[] copied(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 + 8 * values.length).putShort((short) values.length);
    for (int value : values) {
      bytes.putInt(4).putInt(value);
    }
    return bytes.array();
  }
}
