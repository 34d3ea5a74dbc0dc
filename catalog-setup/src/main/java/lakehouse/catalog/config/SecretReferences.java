package lakehouse.catalog.config;

import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.platform.DataFolder;

/** Secrets that an option of a program refers to, as a configuration file would. */
public final class SecretReferences {
  private SecretReferences() {}

  /**
   * What the reference stands for.
   *
   * @param option names it in messages
   * @param reference as {@code ${env:NAME}} or {@code ${file:/path}}
   * @throws LakeException if it is no reference, or leads nowhere; the text itself is never
   *     repeated
   */
  public static Secret resolve(String option, String reference, DataFolder data) {
    if (!References.isReference(reference)) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "%s must refer to a secret, as ${env:NAME} or ${file:/path}; it must not be the secret."
              .formatted(option));
    }
    try {
      return new Secret(
          new References(System::getenv, PlatformReferences.verified(data)).resolve(reference));
    } catch (References.UnresolvedException e) {
      throw new LakeException(
          ExitCode.CONFIGURATION, "%s: %s.".formatted(option, e.getMessage()), e);
    }
  }
}
