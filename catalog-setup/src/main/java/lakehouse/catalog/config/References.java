package lakehouse.catalog.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.text.StringSubstitutor;
import org.jspecify.annotations.Nullable;

/**
 * Resolves what a configuration refers to: {@code ${env:NAME}}, {@code ${file:/path}} (its content,
 * without the line end) and {@code ${platform:key}}. A default may follow after {@code :-}.
 */
final class References {
  private static final Pattern WHOLE = Pattern.compile("\\$\\{(env|file|platform):(?!.*:-)[^{}]+}");

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([^{}]+)}");

  private final UnaryOperator<@Nullable String> environment;
  private final UnaryOperator<@Nullable String> platform;
  private final StringSubstitutor substitutor;

  /**
   * @param environment the value of a variable, or null
   * @param platform the value of a key of the embedded platform, or null
   */
  References(
      UnaryOperator<@Nullable String> environment, UnaryOperator<@Nullable String> platform) {
    this.environment = environment;
    this.platform = platform;
    this.substitutor =
        new StringSubstitutor(this::lookUp)
            .setEnableUndefinedVariableException(true)
            .setDisableSubstitutionInValues(true);
  }

  /** Whether the text is one reference and nothing else: the only way to write a secret. */
  static boolean isReference(String text) {
    return WHOLE.matcher(text).matches();
  }

  /** The text with its references replaced. */
  String resolve(String text) throws UnresolvedException {
    if (!text.contains("${")) {
      return text;
    }
    try {
      return substitutor.replace(text);
    } catch (Unresolved e) {
      throw new UnresolvedException(e.getMessage());
    } catch (IllegalArgumentException e) {
      Matcher variable = VARIABLE.matcher(text);
      throw new UnresolvedException(
          variable.find()
              ? "the environment variable %s is not set".formatted(variable.group(1))
              : "%s cannot be resolved; expected ${env:NAME}, ${file:/path} or ${platform:key}"
                  .formatted(text));
    }
  }

  private @Nullable String lookUp(String reference) {
    int colon = reference.indexOf(':');
    String kind = colon < 0 ? reference : reference.substring(0, colon);
    String name = colon < 0 ? "" : reference.substring(colon + 1);
    return switch (kind) {
      case "env" -> environment.apply(name);
      case "platform" -> platform.apply(name);
      case "file" -> content(name);
      default -> null;
    };
  }

  private static String content(String path) {
    try {
      return Files.readString(Path.of(path), UTF_8).stripTrailing();
    } catch (IOException | InvalidPathException e) {
      throw new Unresolved(
          "the file of ${file:%s} cannot be read (%s)"
              .formatted(path, e.getClass().getSimpleName()));
    }
  }

  /** Says which reference could not be resolved. */
  static final class UnresolvedException extends Exception {
    private static final long serialVersionUID = 1L;

    private UnresolvedException(String message) {
      super(message);
    }
  }

  private static final class Unresolved extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Unresolved(String message) {
      super(message);
    }
  }
}
