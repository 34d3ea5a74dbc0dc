package lakehouse.catalog.config;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Decides by its name whether a free property is a secret, and hides it. */
final class Redaction {
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i).*(password|secret|token|credential|access-key|access\\.key|account\\.key|sse\\.key|sas|private).*");

  private Redaction() {}

  static boolean isSecret(String property) {
    return SECRET.matcher(property).matches();
  }

  /** The properties with the secrets among them as {@code ***}. */
  static Map<String, String> of(Map<String, String> properties) {
    Map<String, String> redacted = new TreeMap<>(properties);
    redacted.replaceAll((name, value) -> isSecret(name) ? "***" : value);
    return redacted;
  }
}
