package lakehouse.ingest.capture.files;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import lakehouse.ingest.capture.RejectedValueException;
import lakehouse.ingest.capture.RejectionRule;

/** The text of lines, strictly in a character set. Not for use by many threads. */
final class LineText {
  private final Charset charset;
  private final CharsetDecoder strict;

  LineText(String encoding) {
    this.charset = Charset.forName(encoding);
    this.strict =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  String of(byte[] bytes, int offset, int length) throws RejectedValueException {
    boolean ascii = true;
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] == 0) {
        throw new RejectedValueException(RejectionRule.ENCODING, "the line has a zero byte");
      }
      ascii &= bytes[i] > 0;
    }
    if (ascii) {
      return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }
    try {
      return strict.decode(ByteBuffer.wrap(bytes, offset, length)).toString();
    } catch (CharacterCodingException e) {
      throw new RejectedValueException(
          RejectionRule.ENCODING, "the line is not in %s".formatted(charset.name()));
    }
  }

  /** The begin of a text, with what is not in the character set replaced. */
  String begin(byte[] bytes, int offset, int length, int maxBytes) {
    return new String(bytes, offset, Math.min(length, maxBytes), charset);
  }
}
