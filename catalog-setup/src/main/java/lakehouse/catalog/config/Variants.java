package lakehouse.catalog.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes a sealed interface that is read into one of its records: the key {@value #KEY} of the
 * mapping names the {@link Variant}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface Variants {
  /** The key that tells the variant. */
  String KEY = "kind";

  /** What the key means, in a sentence. */
  String value();

  /** The variant where the key is left out. */
  String defaultValue();
}
