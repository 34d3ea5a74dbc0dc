package lakehouse.ingest.capture.flinkcdc;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.Secret;
import org.apache.flink.table.data.StringData;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Hides values as they are decoded: the clear value goes no further. Not for use by many threads.
 */
final class Masks {
  private final List<MaskConfig> masks;
  private final @Nullable Mac mac;

  Masks(List<MaskConfig> masks, @Nullable Secret key) {
    this.masks = masks;
    boolean tokens = masks.stream().anyMatch(mask -> mask.method() == MaskConfig.Method.TOKEN);
    if (tokens && key == null) {
      throw new LakeException(
          ExitCode.CONFIGURATION, "A column is masked by token, and `ingest.mask-key` is not set.");
    }
    this.mac = tokens ? mac(key) : null;
  }

  /** How a column is hidden, or null if it is not. */
  MaskConfig.@Nullable Method method(String schema, String table, String column) {
    for (MaskConfig mask : masks) {
      boolean sameTable =
          mask.table().equals(schema + "." + table)
              || (schema.equals("public") && mask.table().equals(table));
      if (sameTable && mask.column().equals(column)) {
        return mask.method();
      }
    }
    return null;
  }

  /** The decoder of a hidden column. */
  @SuppressWarnings("NullAway")
  ColumnDecoder decoder(Schema schema, MaskConfig.Method method) {
    return switch (method) {
      case REDACT -> value -> REDACTED;
      case TOKEN ->
          value -> {
            String text = ColumnDecoder.text(schema, value);
            return text.equals(ColumnDecoder.PLACEHOLDER)
                ? ColumnDecoder.UNCHANGED
                : StringData.fromString(token(text));
          };
    };
  }

  /** The decoded value of a redacted column, which becomes null. */
  static final Object REDACTED = new Object();

  private String token(String text) {
    return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static Mac mac(Secret key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.reveal().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC-SHA256 is in every JDK", e);
    }
  }
}
