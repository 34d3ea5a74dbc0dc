package lakehouse.ingest.capture.flinkcdc;

import io.debezium.connector.postgresql.UnchangedToastedReplicationMessageColumn;
import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.util.Properties;
import lakehouse.ingest.type.ValueDecoders;
import lakehouse.ingest.type.WireType;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgArray;

/**
 * Hands arrays through the connector as PostgreSQL's text of them. The connector's own form of an
 * array has no place for the mark of a value that the log did not carry, and takes it for null; nor
 * has it one for a second dimension. Made by the connector, by its name.
 */
public final class ArrayText implements CustomConverter<SchemaBuilder, RelationalColumn> {
  @Override
  public void configure(Properties properties) {
    // there is nothing to choose
  }

  @Override
  public void converterFor(
      RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
    String type = DebeziumDecoder.unquoted(column.typeName());
    if (type.startsWith("_")) {
      registration.register(SchemaBuilder.string(), value -> text(value, type.substring(1)));
    }
  }

  private static @Nullable String text(@Nullable Object value, String element) {
    if (value == null) {
      return null;
    }
    if (value == UnchangedToastedReplicationMessageColumn.UNCHANGED_TOAST_VALUE) {
      return ColumnDecoder.PLACEHOLDER;
    }
    WireType type = array(element);
    if (value instanceof PgArray array && array.isBinary() && ValueDecoders.readsBinary(type)) {
      // the driver asks for the binary form of a query that it runs often
      byte[] wire = array.toBytes();
      return ValueDecoders.binary(type).text(wire, 0, wire.length);
    }
    return value.toString();
  }

  // The text of an element does not depend on the modifier of its type.
  private static WireType array(String element) {
    WireType type = new WireType(0, -1, element, WireType.Kind.BUILT_IN, null, ',');
    return new WireType(0, -1, "_" + element, WireType.Kind.ARRAY, type, ',');
  }
}
