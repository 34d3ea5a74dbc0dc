package lakehouse.catalog.platform;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.io.FileUtils;

/**
 * PostgreSQL's programs, unpacked once for each user from the library that carries them.
 *
 * @param home the folder that has {@code bin} and {@code share}
 */
record PostgresBinaries(Path home) {
  /** Unpacks the programs, or finds them unpacked. */
  static PostgresBinaries unpacked(DataFolder data) {
    String system = System.getProperty("os.name");
    String machine = System.getProperty("os.arch");
    if (!system.equals("Linux") || !machine.equals("amd64")) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          """
          The embedded platform has PostgreSQL for Linux on x86-64 only, and this is %s on %s.
          Name servers of your own in lake.yaml."""
              .formatted(system, machine));
    }
    return unpacked(cache(data));
  }

  /** Unpacks the programs into a folder of that cache, or finds them unpacked. */
  static PostgresBinaries unpacked(Path cache) {
    try {
      Path home = cache.resolve("postgresql-" + digest());
      if (!Files.isDirectory(home)) {
        unpack(home);
      }
      return new PostgresBinaries(home);
    } catch (IOException e) {
      throw new LakeException(
          ExitCode.PREFLIGHT, "PostgreSQL's programs cannot be unpacked (%s).".formatted(e), e);
    }
  }

  /** One of {@code initdb}, {@code pg_ctl}, {@code postgres}. */
  Path program(String name) {
    return home.resolve("bin").resolve(name);
  }

  // A home folder may be missing or read-only (a service's user); the data folder never is.
  private static Path cache(DataFolder data) {
    Path cache =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .filter(folder -> folder.startsWith("/"))
            .map(Path::of)
            .orElse(Path.of(System.getProperty("user.home"), ".cache"))
            .resolve("lakehouse");
    try {
      Files.createDirectories(cache);
      if (Files.isWritable(cache)) {
        return cache;
      }
    } catch (IOException e) {
      // the data folder it is
    }
    return data.path().resolve("cache");
  }

  private static void unpack(Path home) throws IOException {
    Files.createDirectories(home.getParent());
    Path aside = Files.createTempDirectory(home.getParent(), home.getFileName() + ".");
    try (var archive = new TarArchiveInputStream(new XZCompressorInputStream(open()))) {
      for (TarArchiveEntry entry = archive.getNextEntry();
          entry != null;
          entry = archive.getNextEntry()) {
        write(archive, entry, entry.resolveIn(aside));
      }
      // Others may unpack at the same time: the first one's folder stays, and all are the same.
      Files.move(aside, home);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(home)) {
        throw e;
      }
    } finally {
      FileUtils.deleteQuietly(aside.toFile());
    }
  }

  private static void write(TarArchiveInputStream archive, TarArchiveEntry entry, Path target)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(target.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(archive, target);
    if ((entry.getMode() & 0100) != 0 && !target.toFile().setExecutable(true)) {
      throw new IOException(target + " cannot be made executable");
    }
  }

  private static String digest() throws IOException {
    try (InputStream archive = open()) {
      var digest = new DigestInputStream(archive, MessageDigest.getInstance("SHA-256"));
      digest.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.getMessageDigest().digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static InputStream open() throws IOException {
    return DefaultPostgresBinaryResolver.INSTANCE.getPgBinary("Linux", "x86_64");
  }
}
