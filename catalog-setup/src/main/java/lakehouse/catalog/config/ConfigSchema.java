package lakehouse.catalog.config;

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
    ObjectNode schema = new SchemaGenerator(builder.build()).generateSchema(LakeConfig.class);
    schema.put("title", "lake.yaml");
    return schema;
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
    return type == int.class ? Integer.valueOf(written) : written;
  }

  /** The definition of a value; none for lists, mappings and records, which define themselves. */
  private static @Nullable CustomPropertyDefinition scalar(
      FieldScope field, SchemaGenerationContext context) {
    Class<?> type = field.getType().getErasedType();
    Key key = key(field);
    ObjectNode definition = context.getGeneratorConfig().createObjectNode();
    if (type == String.class || type == URI.class) {
      text(definition, key.pattern().isEmpty() ? ".*" : key.pattern(), HOLDS_REFERENCE);
    } else if (type == Path.class) {
      definition.put("type", "string");
    } else if (type == Duration.class) {
      text(definition, Units.DURATION_PATTERN, REFERENCE);
    } else if (type == Secret.class) {
      text(definition, REFERENCE, REFERENCE);
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
