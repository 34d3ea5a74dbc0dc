package lakehouse.catalog.config;

import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.catalog.platform.PlatformFile;
import lakehouse.catalog.platform.PlatformSecrets;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ${platform:…}} stands for: where the embedded platform of a data folder listens, and
 * the secrets made for it. It is looked at once, when first asked for.
 */
final class PlatformReferences implements UnaryOperator<@Nullable String> {
  private static final String SECRET = "secret:";

  private final DataFolder data;
  private final Supplier<PlatformFile> platform;
  private @Nullable PlatformFile found;

  private PlatformReferences(DataFolder data, Supplier<PlatformFile> platform) {
    this.data = data;
    this.platform = platform;
  }

  /** The platform must be running and be the data folder's own. */
  static PlatformReferences verified(DataFolder data) {
    return new PlatformReferences(data, () -> PlatformFile.running(data));
  }

  /** The platform as it last was; for those who only look at the configuration. */
  static PlatformReferences lastKnown(DataFolder data) {
    return new PlatformReferences(
        data,
        () ->
            PlatformFile.read(data)
                .orElseThrow(
                    () ->
                        new LakeException(
                            ExitCode.PREFLIGHT,
                            """
                            The configuration refers to the embedded platform, and %s has none yet.
                            Start it with `lake up`, or write a lake.yaml for servers of your own."""
                                .formatted(data))));
  }

  @Override
  public @Nullable String apply(@Nullable String key) {
    if (found == null) {
      found = platform.get();
    }
    if (key != null && key.startsWith(SECRET)) {
      return new PlatformSecrets(data).ensure(key.substring(SECRET.length())).reveal();
    }
    Optional<String> value =
        switch (key == null ? "" : key) {
          case "nessie-uri" -> Optional.of(found.nessieUri().toString());
          case "warehouse" -> Optional.of(found.warehouse());
          case "postgres-host" -> Optional.of(found.postgresHost());
          case "postgres-port" -> Optional.of(Integer.toString(found.postgresPort()));
          case "data" -> Optional.of(data.toString());
          default -> Optional.empty();
        };
    return value.orElse(null);
  }
}
