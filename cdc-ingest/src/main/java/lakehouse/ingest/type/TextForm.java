package lakehouse.ingest.type;

/** A decoder of the text form, in which the value and what the source prints are the same. */
abstract class TextForm extends ValueDecoder {
  TextForm(Shape shape) {
    super(shape);
  }

  @Override
  public final String text(byte[] wire, int offset, int length) {
    return Wire.utf8(wire, offset, length);
  }
}
