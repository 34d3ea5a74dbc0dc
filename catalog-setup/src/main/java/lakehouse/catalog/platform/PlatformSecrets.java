package lakehouse.catalog.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import lakehouse.catalog.config.Secret;

/**
 * The generated secrets of a data folder, a file each that only its owner may read. Safe for use by
 * many processes: whoever comes first decides the value.
 */
public final class PlatformSecrets {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]*");

  private final Path folder;

  public PlatformSecrets(DataFolder data) {
    this.folder = data.secrets();
  }

  /** The secret of that name, or empty if none was made yet. */
  public Optional<Secret> find(String name) {
    try {
      return Optional.of(new Secret(Files.readString(file(name), UTF_8).strip()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The secret of that name; made of 24 random bytes where there is none. */
  public Secret ensure(String name) {
    Optional<Secret> found = find(name);
    if (found.isPresent()) {
      return found.get();
    }
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    write(name, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    return find(name).orElseThrow();
  }

  /** The file that holds the secret of that name. */
  public Path file(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a secret's name has lower-case letters, digits, _ and -: " + name);
    }
    return folder.resolve(name);
  }

  // Written aside and linked into place: readers see all of it or nothing, and the first one stays.
  private void write(String name, String value) {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try {
      Path aside = Files.createTempFile(folder, "." + name, "", ownerOnly);
      try {
        Files.writeString(aside, value + "\n", UTF_8);
        Files.createLink(file(name), aside);
      } catch (FileAlreadyExistsException somebodyWasFaster) {
        // theirs is as good
      } finally {
        Files.delete(aside);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
