package lakehouse.ingest.type;

import java.util.HexFormat;
import org.apache.flink.table.data.StringData;

/** Decoders of text, bytes, and of types that are kept as the text that the source prints. */
final class TextualDecoders {
  private TextualDecoders() {}

  /** Binary forms that are turned into text. */
  abstract static class BinaryText extends ValueDecoder {
    BinaryText() {
      super(Shape.STRING);
    }

    @Override
    public final Object value(byte[] wire, int offset, int length) {
      return StringData.fromString(text(wire, offset, length));
    }
  }

  /** The bytes are the text: every text form, and the binary form of texts, enums and json. */
  static final class PlainText extends TextForm {
    PlainText() {
      super(Shape.STRING);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return StringData.fromBytes(wire, offset, length);
    }

    @Override
    public int plainFrom() {
      return 0;
    }
  }

  /** A version byte, then text. */
  static final class BinaryJsonb extends ValueDecoder {
    BinaryJsonb() {
      super(Shape.STRING);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return StringData.fromBytes(wire, offset + 1, length - 1);
    }

    @Override
    public int plainFrom() {
      return 1;
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      return Wire.utf8(wire, offset + 1, length - 1);
    }
  }

  static final class BinaryBytes extends ValueDecoder {
    BinaryBytes() {
      super(Shape.BYTES);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return java.util.Arrays.copyOfRange(wire, offset, offset + length);
    }

    @Override
    public int plainFrom() {
      return 0;
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      return "\\x" + HexFormat.of().formatHex(wire, offset, offset + length);
    }
  }

  static final class TextBytes extends TextForm {
    TextBytes() {
      super(Shape.BYTES);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      byte[] bytes = new byte[(length - 2) / 2];
      for (int i = 0, at = offset + 2; i < bytes.length; i++, at += 2) {
        bytes[i] = (byte) (Character.digit(wire[at], 16) << 4 | Character.digit(wire[at + 1], 16));
      }
      return bytes;
    }
  }

  static final class BinaryUuid extends ValueDecoder {
    private static final byte[] HEX = {
      '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    BinaryUuid() {
      super(Shape.STRING);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return StringData.fromBytes(characters(wire, offset));
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      return Wire.utf8(characters(wire, offset), 0, 36);
    }

    private static byte[] characters(byte[] wire, int offset) {
      byte[] text = new byte[36];
      int at = 0;
      for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
          text[at++] = '-';
        }
        text[at++] = HEX[wire[offset + i] >> 4 & 15];
        text[at++] = HEX[wire[offset + i] & 15];
      }
      return text;
    }
  }

  /** Family, bits of the mask, whether a network, length, address. */
  static final class BinaryInet extends BinaryText {
    @Override
    public String text(byte[] wire, int offset, int length) {
      int bits = wire[offset + 1] & 0xff;
      boolean network = wire[offset + 2] != 0;
      int size = wire[offset + 3] & 0xff;
      String address = size == 4 ? version4(wire, offset + 4) : version6(wire, offset + 4);
      return network || bits != size * 8 ? address + "/" + bits : address;
    }

    private static String version4(byte[] wire, int at) {
      return "%d.%d.%d.%d"
          .formatted(wire[at] & 255, wire[at + 1] & 255, wire[at + 2] & 255, wire[at + 3] & 255);
    }

    private static String version6(byte[] wire, int at) {
      int[] words = new int[8];
      for (int i = 0; i < 8; i++) {
        words[i] = Wire.int16(wire, at + 2 * i) & 0xffff;
      }
      int longest = 1; // a single zero is not left out
      int from = -1;
      for (int i = 0, run = 0; i < 8; i++) {
        run = words[i] == 0 ? run + 1 : 0;
        if (run > longest) {
          longest = run;
          from = i - run + 1;
        }
      }
      boolean holdsVersion4 =
          from == 0
              && (longest == 6
                  || (longest == 7 && words[7] != 1)
                  || (longest == 5 && words[5] == 0xffff));
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 8; i++) {
        if (from >= 0 && i >= from && i < from + longest) {
          if (i == from) {
            text.append(':');
          }
          continue;
        }
        if (i > 0) {
          text.append(':');
        }
        if (i == 6 && holdsVersion4) {
          return text.append(version4(wire, at + 12)).toString();
        }
        text.append(Integer.toHexString(words[i]));
      }
      return from >= 0 && from + longest == 8 ? text.append(':').toString() : text.toString();
    }
  }

  static final class BinaryMacAddress extends BinaryText {
    @Override
    public String text(byte[] wire, int offset, int length) {
      return HexFormat.ofDelimiter(":").formatHex(wire, offset, offset + length);
    }
  }

  /** A count of bits, then the bits from the left. */
  static final class BinaryBits extends BinaryText {
    @Override
    public String text(byte[] wire, int offset, int length) {
      int bits = Wire.int32(wire, offset);
      StringBuilder text = new StringBuilder(bits);
      for (int i = 0; i < bits; i++) {
        text.append((wire[offset + 4 + i / 8] >> (7 - i % 8) & 1) == 0 ? '0' : '1');
      }
      return text.toString();
    }
  }

  static final class BinaryLsn extends BinaryText {
    @Override
    public String text(byte[] wire, int offset, int length) {
      return "%X/%X".formatted(Wire.int32(wire, offset), Wire.int32(wire, offset + 4));
    }
  }
}
