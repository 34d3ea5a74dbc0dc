package lakehouse.catalog.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param key the key's path, such as {@code sources[0].port}; empty for the file as a whole
 * @param line the line, from 1; 0 where it is not known
 * @param column the column, from 1; 0 where it is not known
 * @param message what is wrong and what is expected, without the value of a secret
 */
public record Problem(String key, int line, int column, String message) {
  @Override
  public String toString() {
    String place = line == 0 ? "" : "line %d, column %d: ".formatted(line, column);
    return place + (key.isEmpty() ? "" : key + ": ") + message;
  }
}
