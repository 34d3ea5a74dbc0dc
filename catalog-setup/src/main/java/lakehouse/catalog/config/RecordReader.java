package lakehouse.catalog.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.JaroWinklerSimilarity;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads YAML into records whose components carry a {@link Key}. A binding library would stop at the
 * first thing that is wrong; this one notes it with its place and reads on.
 */
final class RecordReader {
  private static final double SIMILAR = 0.75;

  private final References references;
  private final Problems problems;
  private final Path folder;

  /**
   * @param folder what relative paths in the file start from
   */
  RecordReader(References references, Problems problems, Path folder) {
    this.references = references;
    this.problems = problems;
    this.folder = folder;
  }

  /** The key of a component or constant: its name in kebab case. */
  static String key(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The record, or null if one of its values is missing or wrong. */
  <T> @Nullable T read(Class<T> type, @Nullable Node node, String path) {
    if (node != null) {
      problems.place(path, node.getStartMark());
    }
    if (node != null && !(node instanceof MappingNode)) {
      problems.add(path, "%s is no mapping; expected %s", describe(node), keysOf(type));
      return null;
    }
    Map<String, Node> entries = entries((MappingNode) node, path);
    return record(type, entries, path);
  }

  /** One of the records of a sealed interface, by the key that names it. */
  private @Nullable Object variant(Class<?> type, Node node, String path) {
    Variants variants = type.getAnnotation(Variants.class);
    Map<String, Class<?>> kinds = kinds(type);
    if (!(node instanceof MappingNode mapping)) {
      problems.add(path, "%s is no mapping", describe(node));
      return null;
    }
    Map<String, Node> entries = entries(mapping, path);
    Node named = entries.remove(Variants.KEY);
    String kind = variants.defaultValue();
    if (named != null) {
      String kindPath = child(path, Variants.KEY);
      Optional<String> text =
          named instanceof ScalarNode scalar
              ? resolve(scalar.getValue(), kindPath)
              : Optional.of(describe(named));
      if (text.isEmpty()) {
        return null;
      }
      kind = text.get();
      if (!kinds.containsKey(kind)) {
        problems.add(
            kindPath,
            "\"%s\" is not valid; %s",
            kind,
            nearest(kind, kinds.keySet())
                .map("did you mean \"%s\"?"::formatted)
                .orElse("expected one of " + String.join(", ", kinds.keySet())));
        return null;
      }
    }
    return record(kinds.get(kind), entries, path);
  }

  /** The records of a sealed interface, by what names them. */
  static Map<String, Class<?>> kinds(Class<?> type) {
    return Arrays.stream(type.getPermittedSubclasses())
        .collect(
            Collectors.toMap(
                record -> record.getAnnotation(Variant.class).value(),
                record -> record,
                (a, b) -> a,
                LinkedHashMap::new));
  }

  private <T> @Nullable T record(Class<T> type, Map<String, Node> entries, String path) {
    RecordComponent[] components = type.getRecordComponents();
    Map<String, RecordComponent> known =
        Arrays.stream(components)
            .collect(
                Collectors.toMap(c -> key(c.getName()), c -> c, (a, b) -> a, LinkedHashMap::new));
    entries.keySet().stream()
        .filter(key -> !known.containsKey(key))
        .forEach(key -> problems.add(child(path, key), unknown(key, known.keySet())));

    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    known.forEach(
        (key, component) ->
            values.put(key, value(component, entries.get(key), child(path, key), values)));
    return values.containsValue(null) ? null : construct(type, values.values());
  }

  private @Nullable Object value(
      RecordComponent component, @Nullable Node node, String path, Map<String, Object> siblings) {
    Key key = component.getAnnotation(Key.class);
    if (key == null) {
      throw new IllegalStateException(component + " has no @Key");
    }
    if (node != null && !isNull(node)) {
      problems.place(path, node.getStartMark());
      return value(component.getGenericType(), key, node, path);
    }
    if (!key.defaultValue().equals(Key.NONE)) {
      return byDefault(component.getGenericType(), key, path, siblings);
    }
    if (component.getType() == Optional.class) {
      return Optional.empty();
    }
    if (component.getType().isRecord()) {
      return read(component.getType(), null, path);
    }
    problems.add(path, "is missing: %s", key.value());
    return null;
  }

  private @Nullable Object byDefault(
      Type type, Key key, String path, Map<String, Object> siblings) {
    String text = key.defaultValue();
    for (Map.Entry<String, Object> sibling : siblings.entrySet()) {
      String hole = "{" + sibling.getKey() + "}";
      if (text.contains(hole)) {
        if (sibling.getValue() == null) {
          return null; // that one's problem, told already
        }
        text = text.replace(hole, sibling.getValue().toString());
      }
    }
    return value(type, key, compose(text), path);
  }

  private @Nullable Object value(Type type, Key key, Node node, String path) {
    if (type instanceof ParameterizedType generic) {
      Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      if (generic.getRawType() == Optional.class) {
        Object value = value(last, key, node, path);
        return value == null ? null : Optional.of(value);
      }
      return generic.getRawType() == List.class ? list(last, key, node, path) : map(node, path);
    }
    Class<?> raw = (Class<?>) type;
    if (raw.isRecord()) {
      return read(raw, node, path);
    }
    if (raw.isSealed()) {
      return variant(raw, node, path);
    }
    if (!(node instanceof ScalarNode scalar)) {
      problems.add(path, "is a %s; expected %s", describe(node), expected(raw, key));
      return null;
    }
    return scalar(raw, key, scalar.getValue(), path);
  }

  private @Nullable Object list(Type element, Key key, Node node, String path) {
    if (!(node instanceof SequenceNode sequence)) {
      problems.add(path, "%s is no list", describe(node));
      return null;
    }
    List<Object> values = new ArrayList<>();
    boolean complete = true;
    for (Node item : sequence.getValue()) {
      String itemPath = "%s[%d]".formatted(path, values.size() + (complete ? 0 : 1));
      problems.place(itemPath, item.getStartMark());
      Object value = value(element, key, item, itemPath);
      if (value == null) {
        complete = false;
      } else {
        values.add(value);
      }
    }
    return complete ? values : null;
  }

  private @Nullable Object map(Node node, String path) {
    if (!(node instanceof MappingNode mapping)) {
      problems.add(path, "%s is no mapping", describe(node));
      return null;
    }
    Map<String, Object> values = new LinkedHashMap<>();
    entries(mapping, path)
        .forEach(
            (name, value) -> {
              String valuePath = path + "." + name;
              problems.place(valuePath, value.getStartMark());
              if (!(value instanceof ScalarNode scalar)) {
                problems.add(valuePath, "is a %s; expected a text", describe(value));
              } else if (Redaction.isSecret(name) && !References.isReference(scalar.getValue())) {
                problems.add(valuePath, PLAIN_SECRET);
              } else {
                values.put(name, resolve(scalar.getValue(), valuePath).orElse(""));
              }
            });
    return values;
  }

  private static final String PLAIN_SECRET =
      "a secret must not stand in the file; expected a reference: ${env:NAME} or ${file:/path}";

  private @Nullable Object scalar(Class<?> type, Key key, String written, String path) {
    if (type == Secret.class && !References.isReference(written)) {
      problems.add(path, PLAIN_SECRET);
      return null;
    }
    Optional<String> resolved = resolve(written, path);
    if (resolved.isEmpty()) {
      return null;
    }
    String text = resolved.get();
    if (type == Secret.class) {
      return new Secret(text);
    }
    Optional<?> value = convert(type, key, text);
    if (value.isEmpty()) {
      // as written: what it refers to may be nobody's business
      problems.add(path, "\"%s\" is not valid; expected %s", written, expected(type, key));
      return null;
    }
    return value.get();
  }

  private Optional<?> convert(Class<?> type, Key key, String text) {
    try {
      if (type == String.class) {
        return Optional.of(text).filter(t -> key.pattern().isEmpty() || t.matches(key.pattern()));
      } else if (type == boolean.class) {
        return Optional.of(text).filter(t -> t.matches("true|false")).map(Boolean::valueOf);
      } else if (type == int.class) {
        return Optional.of(Integer.valueOf(text)).filter(n -> n >= key.min() && n <= key.max());
      } else if (type == long.class) {
        return Units.bytes(text).filter(bytes -> bytes >= key.min() && bytes <= key.max());
      } else if (type == Duration.class) {
        return Units.duration(text).filter(duration -> duration.toMillis() >= key.min());
      } else if (type == URI.class) {
        return Optional.of(URI.create(text)).filter(u -> text.matches(key.pattern()));
      } else if (type == Path.class) {
        return Optional.of(folder.resolve(Path.of(text)).normalize());
      } else if (type.isEnum()) {
        return Arrays.stream(type.getEnumConstants())
            .filter(constant -> key(constant.toString()).equals(text))
            .findFirst();
      }
    } catch (IllegalArgumentException invalid) { // also of a number, a URI or a path
      return Optional.empty();
    }
    throw new IllegalStateException("No way to read a " + type);
  }

  /** What a key's value should be, in words. */
  static String expected(Class<?> type, Key key) {
    if (!key.expected().isEmpty()) {
      return key.expected();
    } else if (type == boolean.class) {
      return "true or false";
    } else if (type == int.class) {
      return key.max() == Long.MAX_VALUE
          ? "a whole number from %d".formatted(key.min())
          : "a whole number from %d to %d".formatted(key.min(), key.max());
    } else if (type == long.class) {
      return "a size from %s, such as \"128 MiB\"".formatted(Units.text(key.min()));
    } else if (type == Duration.class) {
      return "a time with its unit, such as \"500 ms\", \"5 s\" or \"1 min\"";
    } else if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(constant -> key(constant.toString()))
          .collect(
              Collectors.joining(", ", type.getEnumConstants().length > 1 ? "one of " : "", ""));
    } else if (type == Path.class) {
      return "a path";
    }
    return "a text";
  }

  private Optional<String> resolve(String text, String path) {
    try {
      return Optional.of(references.resolve(text));
    } catch (References.UnresolvedException e) {
      problems.add(path, "%s", e.getMessage());
      return Optional.empty();
    }
  }

  private Map<String, Node> entries(@Nullable MappingNode mapping, String path) {
    Map<String, Node> entries = new LinkedHashMap<>();
    if (mapping == null) {
      return entries;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String name = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
      String entryPath = child(path, name);
      if (entries.putIfAbsent(name, tuple.getValueNode()) != null) {
        problems.add(
            entryPath, Optional.of(tuple.getKeyNode().getStartMark()), "stands here a second time");
      }
      problems.place(entryPath, tuple.getKeyNode().getStartMark());
    }
    return entries;
  }

  private static String unknown(String key, Collection<String> known) {
    return nearest(key(key), known)
        .map("there is no such key; did you mean \"%s\"?"::formatted)
        .orElse("there is no such key; expected one of " + String.join(", ", known));
  }

  private static Optional<String> nearest(String text, Collection<String> known) {
    JaroWinklerSimilarity similarity = new JaroWinklerSimilarity();
    return known.stream()
        .max(Comparator.comparing(candidate -> similarity.apply(text, candidate)))
        .filter(candidate -> similarity.apply(text, candidate) >= SIMILAR);
  }

  private static String keysOf(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(component -> key(component.getName()))
        .collect(Collectors.joining(", ", "one with the keys ", ""));
  }

  private static String describe(Node node) {
    return switch (node.getNodeId()) {
      case scalar -> "\"%s\"".formatted(((ScalarNode) node).getValue());
      case sequence -> "list";
      case mapping -> "mapping";
      case anchor -> "alias";
    };
  }

  private static String child(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  /** The tree of a YAML text, with places. */
  static @Nullable Node compose(String text) {
    return new Yaml(new LoaderOptions()).compose(new java.io.StringReader(text));
  }

  private static <T> T construct(Class<T> type, Iterable<Object> values) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
    List<Object> arguments = new ArrayList<>();
    values.forEach(arguments::add);
    try {
      return type.getDeclaredConstructor(types).newInstance(arguments.toArray());
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(type + " refused what its keys allow", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
