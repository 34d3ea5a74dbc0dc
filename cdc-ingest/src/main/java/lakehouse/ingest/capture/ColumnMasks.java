package lakehouse.ingest.capture;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.config.TablePattern;
import org.jspecify.annotations.Nullable;

/** Which columns are hidden, and the tokens that stand for values. Not for use by many threads. */
public final class ColumnMasks {
  private final List<MaskConfig> masks;
  private final @Nullable Mac mac;

  private ColumnMasks(List<MaskConfig> masks, @Nullable Mac mac) {
    this.masks = masks;
    this.mac = mac;
  }

  /**
   * @param key the key of tokens, or null if no column is masked by token
   */
  public static ColumnMasks of(List<MaskConfig> masks, @Nullable Secret key) {
    boolean tokens = masks.stream().anyMatch(mask -> mask.method() == MaskConfig.Method.TOKEN);
    if (tokens && key == null) {
      throw new LakeException(
          ExitCode.CONFIGURATION, "A column is masked by token, and `ingest.mask-key` is not set.");
    }
    return new ColumnMasks(masks, tokens ? mac(key) : null);
  }

  /** How a column is hidden, or empty if it is not. */
  public Optional<MaskConfig.Method> method(String schema, String table, String column) {
    return method(masks, schema, table, column);
  }

  /** How a column is hidden by some masks, or empty if it is not. */
  public static Optional<MaskConfig.Method> method(
      List<MaskConfig> masks, String schema, String table, String column) {
    return masks.stream()
        .filter(
            mask ->
                mask.column().equals(column)
                    && new TablePattern(mask.table()).matches(schema, table))
        .map(MaskConfig::method)
        .findFirst();
  }

  /** What stands for a text; equal for equal texts, in every table and source. */
  public String token(String text) {
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
