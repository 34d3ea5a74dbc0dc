package lakehouse.ingest.type;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.data.GenericArrayData;
import org.jspecify.annotations.Nullable;

/**
 * Decoders of arrays. A list holds an array of one dimension that begins at 1 and whose elements
 * all fit; any other array is kept as the text that the source prints.
 */
final class ArrayDecoders {
  private ArrayDecoders() {}

  /**
   * Count of dimensions, whether there are nulls, the element's type; for each dimension its length
   * and lower bound; then the elements, each with its length.
   */
  static final class BinaryArray extends ValueDecoder {
    private final ValueDecoder element;

    BinaryArray(ValueDecoder element) {
      super(Shape.LIST);
      this.element = element;
    }

    @Override
    public boolean fits(byte[] wire, int offset, int length) {
      int dimensions = Wire.int32(wire, offset);
      if (dimensions == 0) {
        return true;
      }
      if (dimensions > 1 || Wire.int32(wire, offset + 16) != 1) {
        return false;
      }
      int count = Wire.int32(wire, offset + 12);
      for (int i = 0, at = offset + 20; i < count; i++) {
        int size = Wire.int32(wire, at);
        at += 4;
        if (size >= 0) {
          if (!element.fits(wire, at, size)) {
            return false;
          }
          at += size;
        }
      }
      return true;
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      if (Wire.int32(wire, offset) == 0) {
        return new GenericArrayData(new Object[0]);
      }
      @Nullable Object[] values = new Object[Wire.int32(wire, offset + 12)];
      for (int i = 0, at = offset + 20; i < values.length; i++) {
        int size = Wire.int32(wire, at);
        at += 4;
        if (size >= 0) {
          values[i] = element.value(wire, at, size);
          at += size;
        }
      }
      return new GenericArrayData(values);
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      int dimensions = Wire.int32(wire, offset);
      if (dimensions == 0) {
        return "{}";
      }
      int[] lengths = new int[dimensions];
      StringBuilder bounds = new StringBuilder();
      boolean fromOne = true;
      for (int i = 0; i < dimensions; i++) {
        lengths[i] = Wire.int32(wire, offset + 12 + 8 * i);
        int lower = Wire.int32(wire, offset + 16 + 8 * i);
        fromOne &= lower == 1;
        bounds.append('[').append(lower).append(':').append(lower + lengths[i] - 1).append(']');
      }
      StringBuilder text = new StringBuilder();
      if (!fromOne) {
        text.append(bounds).append('=');
      }
      print(text, wire, offset + 12 + 8 * dimensions, lengths, 0);
      return text.toString();
    }

    private int print(StringBuilder text, byte[] wire, int from, int[] lengths, int dimension) {
      int at = from;
      text.append('{');
      for (int i = 0; i < lengths[dimension]; i++) {
        if (i > 0) {
          text.append(',');
        }
        if (dimension + 1 < lengths.length) {
          at = print(text, wire, at, lengths, dimension + 1);
          continue;
        }
        int size = Wire.int32(wire, at);
        at += 4;
        if (size < 0) {
          text.append("NULL");
        } else {
          quote(text, element.text(wire, at, size));
          at += size;
        }
      }
      text.append('}');
      return at;
    }

    private static void quote(StringBuilder text, String value) {
      if (!needsQuotes(value)) {
        text.append(value);
        return;
      }
      text.append('"');
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c == '"' || c == '\\') {
          text.append('\\');
        }
        text.append(c);
      }
      text.append('"');
    }

    private static boolean needsQuotes(String value) {
      if (value.isEmpty() || value.equalsIgnoreCase("NULL")) {
        return true;
      }
      for (int i = 0; i < value.length(); i++) {
        if ("\"\\{}, \t\n\r\u000b\f".indexOf(value.charAt(i)) >= 0) {
          return true;
        }
      }
      return false;
    }
  }

  /** The text of an array: elements in braces, quoted where they could be mistaken. */
  static final class TextArray extends TextForm {
    private final ValueDecoder element;
    private final byte delimiter;

    TextArray(ValueDecoder element, byte delimiter) {
      super(Shape.LIST);
      this.delimiter = delimiter;
      this.element = element;
    }

    @Override
    public boolean fits(byte[] wire, int offset, int length) {
      // bounds stand before the first brace, a second dimension behind it
      if (wire[offset] != '{' || wire[offset + 1] == '{') {
        return false;
      }
      for (byte @Nullable [] value : elements(wire, offset, length)) {
        if (value != null && !element.fits(value, 0, value.length)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      List<byte @Nullable []> elements = elements(wire, offset, length);
      @Nullable Object[] values = new Object[elements.size()];
      for (int i = 0; i < values.length; i++) {
        byte[] value = elements.get(i);
        values[i] = value == null ? null : element.value(value, 0, value.length);
      }
      return new GenericArrayData(values);
    }

    private List<byte @Nullable []> elements(byte[] wire, int offset, int length) {
      List<byte @Nullable []> elements = new ArrayList<>();
      byte[] value = new byte[length];
      int end = offset + length - 1;
      for (int at = offset + 1; at < end; at++) { // one turn an element; the delimiter ends it
        int size = 0;
        boolean quoted = wire[at] == '"';
        if (quoted) {
          for (at++; wire[at] != '"'; at++) {
            if (wire[at] == '\\') {
              at++;
            }
            value[size++] = wire[at];
          }
          at++;
        } else {
          for (; at < end && wire[at] != delimiter; at++) {
            value[size++] = wire[at];
          }
        }
        boolean isNull =
            !quoted
                && size == 4
                && value[0] == 'N'
                && value[1] == 'U'
                && value[2] == 'L'
                && value[3] == 'L';
        elements.add(isNull ? null : java.util.Arrays.copyOf(value, size));
      }
      return elements;
    }
  }
}
