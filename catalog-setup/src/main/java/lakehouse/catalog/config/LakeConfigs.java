package lakehouse.catalog.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import lakehouse.catalog.platform.DataFolder;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads {@code lake.yaml}. The file is the one asked for, else that of the environment variable
 * {@value #VARIABLE}, else {@code lake.yaml} in the working directory, else the built-in one, which
 * describes the embedded platform and its four demo databases.
 */
public final class LakeConfigs {
  /** The environment variable that names the file where no option does. */
  public static final String VARIABLE = "LAKE_CONFIG";

  /** How the built-in file is called in messages. */
  static final String BUILT_IN = "The built-in configuration";

  private LakeConfigs() {}

  /**
   * Reads the configuration of this process. Where it refers to the embedded platform, that must be
   * running, and is checked to be the data folder's own.
   *
   * @param file the file asked for, or empty to look for it
   * @throws ConfigException telling all that is wrong with it
   */
  public static LakeConfig load(Optional<Path> file, DataFolder data) {
    return load(file, PlatformReferences.verified(data));
  }

  static LakeConfig load(Optional<Path> file, UnaryOperator<@Nullable String> platform) {
    References references = new References(System::getenv, platform);
    Optional<Path> chosen = choose(file);
    if (chosen.isEmpty()) {
      return read(BUILT_IN, builtIn(), Path.of("").toAbsolutePath(), references);
    }
    Path path = chosen.get().toAbsolutePath();
    try {
      return read(path.toString(), Files.readString(path, UTF_8), path.getParent(), references);
    } catch (IOException e) {
      throw new ConfigException(
          path.toString(),
          List.of(new Problem("", 0, 0, "it cannot be read (%s)".formatted(reason(e)))));
    }
  }

  /** The file that {@link #load} reads; empty for the built-in one. */
  static Optional<Path> choose(Optional<Path> file) {
    return file.or(() -> Optional.ofNullable(System.getenv(VARIABLE)).map(Path::of))
        .or(() -> Optional.of(Path.of("lake.yaml")).filter(Files::exists));
  }

  static String builtIn() {
    try (InputStream resource = LakeConfigs.class.getResourceAsStream("built-in.yaml")) {
      return new String(resource.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static LakeConfig read(String name, String yaml, Path folder, References references) {
    Problems problems = new Problems();
    LakeConfig config = null;
    try {
      Node root = RecordReader.compose(yaml);
      config = new RecordReader(references, problems, folder).read(LakeConfig.class, root, "");
    } catch (MarkedYAMLException e) {
      problems.add("", Optional.ofNullable(e.getProblemMark()), "is no YAML: " + e.getProblem());
    }
    if (config != null) {
      check(config, problems);
    }
    problems.throwIfAny(name);
    return config;
  }

  /** What no key can tell by itself. */
  private static void check(LakeConfig config, Problems problems) {
    Map<String, String> names = new HashMap<>();
    Map<String, String> slots = new HashMap<>();
    boolean tokens = false;
    for (int i = 0; i < config.sources().size(); i++) {
      SourceConfig source = config.sources().get(i);
      String path = "sources[%d]".formatted(i);
      String same = names.putIfAbsent(source.name(), path);
      if (same != null) {
        problems.add(
            path + ".name",
            "\"%s\" is the name of %s already; expected another",
            source.name(),
            same);
      }
      if (source instanceof PostgresConfig database) {
        checkSlot(database, path, slots, problems);
        checkEncryption(database, path, problems);
        checkMasks(database.masks(), path, problems);
        tokens |= hasTokens(database.masks());
      } else if (source instanceof FilesConfig files) {
        FileTableChecks.check(files, path, problems);
        checkMasks(files.masks(), path, problems);
        tokens |= hasTokens(files.masks());
      } else if (source instanceof JdbcConfig database) {
        checkRules(database, path, problems);
        checkMasks(database.masks(), path, problems);
        tokens |= hasTokens(database.masks());
      }
    }
    if (tokens && config.ingest().maskKey().isEmpty()) {
      problems.add("ingest.mask-key", "is missing, and a mask has the method token");
    }
    if (config.ingest().maskKey().filter(key -> key.reveal().isBlank()).isPresent()) {
      problems.add("ingest.mask-key", "is empty; make one of 32 random bytes or more");
    }
  }

  private static void checkRules(JdbcConfig source, String path, Problems problems) {
    for (int i = 0; i < source.tables().size(); i++) {
      List<ColumnRuleConfig> rules = source.tables().get(i).rules();
      Map<String, String> columns = new HashMap<>();
      for (int k = 0; k < rules.size(); k++) {
        String rule = "%s.tables[%d].rules[%d]".formatted(path, i, k);
        String same = columns.putIfAbsent(rules.get(k).column(), rule);
        if (same != null) {
          problems.add(rule, "column %s has rules by %s already", rules.get(k).column(), same);
        }
        FileTableChecks.syntaxError(rules.get(k).pattern())
            .ifPresent(error -> problems.add(rule + ".pattern", "is no pattern: %s", error));
      }
    }
  }

  private static void checkSlot(
      PostgresConfig source, String path, Map<String, String> slots, Problems problems) {
    // a slot's name is the server's, whatever database it belongs to
    String slot = "%s at %s:%d".formatted(source.slot(), source.host(), source.port());
    String same = slots.putIfAbsent(slot, path);
    if (same != null) {
      problems.add(path + ".slot", "%s is used by %s; expected a slot of its own", slot, same);
    }
  }

  private static void checkEncryption(PostgresConfig source, String path, Problems problems) {
    if (source.sslmode().verifies() && source.sslrootcert().isEmpty()) {
      problems.add(path + ".sslrootcert", "is missing, and sslmode is %s", source.sslmode());
    } else if (!source.sslmode().verifies() && !source.sslrootcert().isEmpty()) {
      problems.add(
          path + ".sslrootcert",
          "is not looked at with sslmode %s; expected verify-ca or verify-full there",
          source.sslmode());
    }
  }

  private static boolean hasTokens(List<MaskConfig> masks) {
    return masks.stream().anyMatch(mask -> mask.method() == MaskConfig.Method.TOKEN);
  }

  private static void checkMasks(List<MaskConfig> masks, String path, Problems problems) {
    Map<String, String> columns = new HashMap<>();
    for (int i = 0; i < masks.size(); i++) {
      MaskConfig mask = masks.get(i);
      String maskPath = "%s.masks[%d]".formatted(path, i);
      String table = mask.table().startsWith("public.") ? mask.table().substring(7) : mask.table();
      String same = columns.putIfAbsent(table + "." + mask.column(), maskPath);
      if (same != null) {
        problems.add(maskPath, "%s.%s is masked by %s already", table, mask.column(), same);
      }
    }
  }

  private static String reason(IOException e) {
    if (e instanceof java.nio.file.NoSuchFileException) {
      return "there is no such file";
    }
    return e instanceof java.nio.file.AccessDeniedException ? "access is denied" : e.toString();
  }
}
