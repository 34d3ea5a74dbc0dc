package lakehouse.catalog.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one key of {@code lake.yaml}: the component's name in kebab case. It is where the
 * reader, the JSON Schema and the reference take the key's meaning, default and rule from.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
@interface Key {
  /** No default: the key is required, unless its type can be empty. */
  String NONE = "\0";

  /** What it means, in a sentence or two. */
  String value();

  /** The default, as YAML; <code>{name}</code> stands for the value of the sibling key. */
  String defaultValue() default NONE;

  /** What the value, or each of a list's values, must match. */
  String pattern() default "";

  /** What the pattern asks for, in words. */
  String expected() default "";

  /** The least number allowed. */
  long min() default 1;

  /** The greatest number allowed. */
  long max() default Long.MAX_VALUE;
}
