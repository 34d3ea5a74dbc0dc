package lakehouse.ingest.type;

import java.util.function.UnaryOperator;
import org.apache.flink.table.data.StringData;

/** Decodes a masked column: a token of the value's text stands for the value. */
public final class TokenDecoder extends ValueDecoder {
  private final ValueDecoder clear;
  private final UnaryOperator<String> token;

  /**
   * @param clear the decoder of the value itself
   * @param token what stands for a text; equal for equal texts
   */
  public TokenDecoder(ValueDecoder clear, UnaryOperator<String> token) {
    super(Shape.STRING);
    this.clear = clear;
    this.token = token;
  }

  @Override
  public Object value(byte[] wire, int offset, int length) {
    return StringData.fromString(text(wire, offset, length));
  }

  @Override
  public String text(byte[] wire, int offset, int length) {
    return token.apply(clear.text(wire, offset, length));
  }
}
