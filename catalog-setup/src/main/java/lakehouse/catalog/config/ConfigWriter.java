package lakehouse.catalog.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes a configuration as {@code lake.yaml} has it: complete, and with no secret in it. */
public final class ConfigWriter {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .build();

  private ConfigWriter() {}

  /** The effective configuration, for people and logs. */
  public static String yaml(LakeConfig config) {
    try {
      return YAML.writeValueAsString(plain(config));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object plain(Object value) {
    if (value instanceof Record record) {
      Map<String, Object> keys = new LinkedHashMap<>();
      Variant variant = record.getClass().getAnnotation(Variant.class);
      if (variant != null) {
        keys.put(Variants.KEY, variant.value());
      }
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        Object inner = invoke(component, record);
        if (!inner.equals(Optional.empty())) {
          keys.put(RecordReader.key(component.getName()), plain(inner));
        }
      }
      return keys;
    } else if (value instanceof Optional<?> optional) {
      return plain(optional.orElseThrow());
    } else if (value instanceof List<?> list) {
      return list.stream().map(ConfigWriter::plain).toList();
    } else if (value instanceof Map<?, ?> map) {
      Map<String, String> properties = new LinkedHashMap<>();
      map.forEach((name, property) -> properties.put(name.toString(), property.toString()));
      return Redaction.of(properties);
    } else if (value instanceof Enum<?> constant) {
      return RecordReader.key(constant.name());
    } else if (value instanceof Duration duration) {
      return Units.text(duration);
    } else if (value instanceof Long bytes) {
      return Units.text(bytes);
    } else if (value instanceof Integer || value instanceof Boolean) {
      return value;
    }
    return value.toString(); // a secret among them prints as ***
  }

  private static Object invoke(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
