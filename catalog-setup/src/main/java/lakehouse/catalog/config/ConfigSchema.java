package lakehouse.catalog.config;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomPropertyDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JSON Schema of {@code lake.yaml}, made from the records that it is read into. */
final class ConfigSchema {
  /** A reference may stand wherever a value does. */
  private static final String REFERENCE = "\\$\\{(env|file|platform):.+\\}";

  private static final String HOLDS_REFERENCE = ".*" + REFERENCE + ".*";

  private ConfigSchema() {}

  static String json() {
    return node().toPrettyString();
  }

  static ObjectNode node() {
    SchemaGeneratorConfigBuilder builder =
        new SchemaGeneratorConfigBuilder(SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
            .with(Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT)
            .with(Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES)
            .with(Option.INLINE_ALL_SCHEMAS);
    builder
        .forFields()
        .withPropertyNameOverrideResolver(field -> RecordReader.key(field.getName()))
        .withDescriptionResolver(
            field -> field.isFakeContainerItemScope() ? null : key(field).value())
        .withDefaultResolver(ConfigSchema::defaultValue)
        .withRequiredCheck(ConfigSchema::required)
        .withTargetTypeOverridesResolver(
            field ->
                field.getType().isInstanceOf(Optional.class)
                    ? List.of(field.getTypeParameterFor(Optional.class, 0))
                    : null)
        .withCustomDefinitionProvider(ConfigSchema::scalar);
    builder
        .forTypesInGeneral()
        .withSubtypeResolver(
            (type, context) ->
                type.getErasedType().isSealed()
                    ? RecordReader.kinds(type.getErasedType()).values().stream()
                        .map(record -> context.getTypeContext().resolve(record))
                        .toList()
                    : null)
        .withTypeAttributeOverride((node, scope, context) -> kind(node, scope.getType()));
    ObjectNode schema = new SchemaGenerator(builder.build()).generateSchema(LakeConfig.class);
    schema.put("title", "lake.yaml");
    chooseByKind(schema);
    return schema;
  }

  /**
   * Makes the choice between variants one by their key, so that an editor tells what is wrong with
   * the one that is meant, and not with all of them.
   */
  private static void chooseByKind(JsonNode node) {
    node.forEach(ConfigSchema::chooseByKind);
    if (!(node.path("anyOf") instanceof ArrayNode variants)
        || !variants.path(0).at("/properties/" + Variants.KEY).has("const")) {
      return;
    }
    JsonNode otherwise = variants.get(0); // the default one
    for (int i = variants.size() - 1; i > 0; i--) {
      ObjectNode choice = variants.objectNode();
      ObjectNode condition = choice.putObject("if");
      condition.withObject("/properties/" + Variants.KEY).set("const", kindOf(variants.get(i)));
      condition.putArray("required").add(Variants.KEY);
      choice.set("then", variants.get(i));
      choice.set("else", otherwise);
      otherwise = choice;
    }
    ((ObjectNode) node).remove("anyOf");
    ((ObjectNode) node).setAll((ObjectNode) otherwise);
  }

  private static JsonNode kindOf(JsonNode variant) {
    return variant.at("/properties/" + Variants.KEY + "/const");
  }

  /** Adds the key that names a record among its variants. */
  private static void kind(ObjectNode node, ResolvedType type) {
    Variant variant = type.getErasedType().getAnnotation(Variant.class);
    if (variant == null) {
      return;
    }
    Variants variants =
        Arrays.stream(type.getErasedType().getInterfaces())
            .map(parent -> parent.getAnnotation(Variants.class))
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow();
    ObjectNode kind = node.withObject("/properties").putObject(Variants.KEY);
    kind.put("const", variant.value()).put("description", variants.value());
    if (!variant.value().equals(variants.defaultValue())) {
      node.withArray("/required").add(Variants.KEY);
    }
  }

  private static Key key(FieldScope field) {
    return field.getRawMember().getAnnotation(Key.class);
  }

  private static boolean required(FieldScope field) {
    return key(field).defaultValue().equals(Key.NONE)
        && !Optional.class.isAssignableFrom(field.getRawMember().getType())
        && !allDefaults(field.getRawMember().getType());
  }

  private static boolean allDefaults(Class<?> type) {
    return type.isRecord()
        && Arrays.stream(type.getRecordComponents())
            .allMatch(
                component ->
                    !component.getAnnotation(Key.class).defaultValue().equals(Key.NONE)
                        || component.getType() == Optional.class);
  }

  private static @Nullable Object defaultValue(FieldScope field) {
    String written = key(field).defaultValue();
    boolean shown =
        !field.isFakeContainerItemScope() && !written.equals(Key.NONE) && !written.contains("{");
    Class<?> type = field.getRawMember().getType();
    if (!shown || List.class.isAssignableFrom(type)) {
      return null;
    }
    if (type == boolean.class) {
      return Boolean.valueOf(written);
    }
    return type == int.class ? Integer.valueOf(written) : written;
  }

  /** The definition of a value; none for lists, mappings and records, which define themselves. */
  private static @Nullable CustomPropertyDefinition scalar(
      FieldScope field, SchemaGenerationContext context) {
    Class<?> type = field.getType().getErasedType();
    Key key = key(field);
    ObjectNode definition = context.getGeneratorConfig().createObjectNode();
    if (type == String.class && key.pattern().isEmpty()) {
      definition.putArray("type").add("string").add("number").add("boolean"); // as written
    } else if (type == String.class || type == URI.class) {
      text(definition, key.pattern().isEmpty() ? ".*" : key.pattern(), HOLDS_REFERENCE);
    } else if (type == Path.class) {
      definition.put("type", "string");
    } else if (type == Duration.class) {
      text(definition, Units.DURATION_PATTERN, REFERENCE);
    } else if (type == Secret.class) {
      text(definition, REFERENCE, REFERENCE);
    } else if (type == boolean.class) {
      ArrayNode choices = definition.putArray("anyOf");
      choices.addObject().put("type", "boolean");
      text(choices.addObject(), REFERENCE, REFERENCE);
    } else if (type == int.class) {
      ArrayNode choices = definition.putArray("anyOf");
      ObjectNode number = choices.addObject().put("type", "integer").put("minimum", key.min());
      if (key.max() < Long.MAX_VALUE) {
        number.put("maximum", key.max());
      }
      text(choices.addObject(), REFERENCE, REFERENCE);
    } else if (type == long.class) {
      ArrayNode choices = definition.putArray("anyOf");
      choices.addObject().put("type", "integer").put("minimum", key.min());
      text(choices.addObject(), Units.BYTES_PATTERN, REFERENCE);
    } else if (type.isEnum()) {
      ArrayNode choices = definition.putArray("anyOf");
      ArrayNode constants = choices.addObject().putArray("enum");
      for (Object constant : type.getEnumConstants()) {
        constants.add(RecordReader.key(constant.toString()));
      }
      text(choices.addObject(), REFERENCE, REFERENCE);
    } else {
      return null;
    }
    return new CustomPropertyDefinition(definition);
  }

  private static void text(ObjectNode definition, String pattern, String orReference) {
    String either = pattern.equals(orReference) ? pattern : pattern + "|" + orReference;
    definition.put("type", "string").put("pattern", "^(" + either + ")$");
  }
}
