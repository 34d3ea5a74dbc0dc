package lakehouse.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.IcebergProperties;
import lakehouse.catalog.io.FileAccess;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.nessie.NessieCatalog;
import org.projectnessie.client.NessieClientBuilder;
import org.projectnessie.client.api.NessieApiV2;
import org.projectnessie.client.http.HttpClientException;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.ContentKey;
import org.projectnessie.model.Reference;

/**
 * One connection to the lake: Nessie for references and commits, Iceberg for tables. Safe for use
 * by many threads; close it when done.
 */
public final class LakeCatalog implements AutoCloseable {
  static {
    // A commit whose answer is lost must not be sent again unseen: it would be found in conflict
    // with itself, and its files appended once more.
    if (System.getProperty("sun.net.http.retryPost") == null) {
      System.setProperty("sun.net.http.retryPost", "false");
    }
  }

  private final CatalogConfig config;
  private final NessieApiV2 nessie;
  private final NessieCatalog iceberg;
  private final FileIO fileIO;

  private LakeCatalog(
      CatalogConfig config, NessieApiV2 nessie, NessieCatalog iceberg, FileIO fileIO) {
    this.config = config;
    this.nessie = nessie;
    this.iceberg = iceberg;
    this.fileIO = fileIO;
  }

  /** Opens the lake at its configured reference. */
  public static LakeCatalog open(CatalogConfig config) {
    return open(config, config.reference(), Optional.empty());
  }

  /** Opens the lake at another reference, pinned to a hash if one is given. */
  public static LakeCatalog open(CatalogConfig config, String reference, Optional<String> hash) {
    NessieApiV2 nessie = client(config);
    try {
      Map<String, String> properties = IcebergProperties.of(config, reference, hash);
      NessieCatalog iceberg = new NessieCatalog();
      iceberg.setConf(new Configuration());
      iceberg.initialize("lake", properties);
      return new LakeCatalog(config, nessie, iceberg, FileAccess.open(properties));
    } catch (RuntimeException e) {
      nessie.close();
      throw silent(config, e);
    }
  }

  /**
   * Opens the catalog at its own default branch, for those who look for or make the configured
   * reference.
   */
  public static LakeCatalog openDefault(CatalogConfig config) {
    try (NessieApiV2 nessie = client(config)) {
      return open(config, nessie.getDefaultBranch().getName(), Optional.empty());
    } catch (NessieNotFoundException | RuntimeException e) {
      throw e instanceof LakeException known ? known : silent(config, e);
    }
  }

  /** What this connection was opened with. */
  public CatalogConfig config() {
    return config;
  }

  /** Iceberg's view of the reference this was opened at. */
  public NessieCatalog iceberg() {
    return iceberg;
  }

  /** Nessie's own API. */
  public NessieApiV2 nessie() {
    return nessie;
  }

  /** The access to files that tables are to be written with. */
  public FileIO fileIO() {
    return fileIO;
  }

  /** The head of a branch or tag, or empty if there is none of that name. */
  public Optional<Reference> reference(String name) {
    try {
      return Optional.of(nessie.getReference().refName(name).get());
    } catch (NessieNotFoundException e) {
      return Optional.empty();
    } catch (HttpClientException e) {
      throw silent(config, e);
    }
  }

  /**
   * The head of a branch that must be there.
   *
   * @throws LakeException with {@link ExitCode#PREFLIGHT} if it is not
   */
  public Reference requireReference(String branch) {
    return reference(branch)
        .orElseThrow(
            () ->
                new LakeException(
                    ExitCode.PREFLIGHT,
                    "The catalog has no branch %s. Make it with `lake setup apply`."
                        .formatted(branch)));
  }

  /** The key under which the catalog knows a table. */
  public static ContentKey key(TableIdentifier table) {
    return ContentKey.of(
        Stream.concat(Arrays.stream(table.namespace().levels()), Stream.of(table.name())).toList());
  }

  /** The key under which the catalog knows a namespace. */
  public static ContentKey key(Namespace namespace) {
    return ContentKey.of(List.of(namespace.levels()));
  }

  /** The properties that every table of the lake is made with. */
  public static Map<String, String> tableDefaults() {
    return Map.of(
        // other references may still need what this one drops; only a sweep over all of them
        // deletes
        "gc.enabled", "false",
        "write.metadata.delete-after-commit.enabled", "false",
        "write.metadata.previous-versions-max", "20",
        "write.parquet.compression-codec", "zstd",
        "write.parquet.compression-level", "1",
        "format-version", "2");
  }

  private static NessieApiV2 client(CatalogConfig config) {
    return NessieClientBuilder.createClientBuilder("HTTP", null)
        .fromConfig(
            key ->
                IcebergProperties.PLAIN_CONNECTIONS.equals(key.replaceFirst("^nessie\\.", ""))
                    ? "true"
                    : null)
        .withUri(config.uri())
        .build(NessieApiV2.class);
  }

  private static LakeException silent(CatalogConfig config, Exception e) {
    return new CatalogSilentException(
        """
        The catalog does not answer at %s (%s).
        Start it (`lake up` for the embedded platform), or correct `catalog.uri` and \
        `catalog.reference`."""
            .formatted(config.uri(), e.getMessage()),
        e);
  }

  @Override
  public void close() {
    try (fileIO) {
      iceberg.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      nessie.close();
    }
  }
}
