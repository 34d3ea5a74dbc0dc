package lakehouse.catalog.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks at the configuration without using it. */
@Command(
    name = "lake config",
    description = "Checks, shows or describes the configuration.",
    subcommands = {ConfigCommand.Check.class, ConfigCommand.Show.class, ConfigCommand.Schema.class},
    synopsisSubcommandLabel = "COMMAND")
public final class ConfigCommand {
  public static void main(String[] args) {
    Program.run(new ConfigCommand(), args);
  }

  /** Says whether it can be used, or all that is wrong with it. */
  @Command(name = "check", description = "Reads the configuration and tells all that is wrong.")
  static final class Check implements Callable<Integer> {
    @Mixin private ConfigOption option;

    @Override
    public Integer call() {
      LakeConfig config = read(option);
      System.out.printf(
          "%s is in order: %d sources, catalog at %s.%n",
          name(option), config.sources().size(), config.catalog().uri());
      return ExitCode.DONE.value();
    }
  }

  /** Prints it, complete or as written. */
  @Command(
      name = "show",
      description = "Prints the configuration with its defaults; secrets show as ***.")
  static final class Show implements Callable<Integer> {
    @Mixin private ConfigOption option;

    @Option(names = "--source", description = "as it is written, to start a file of your own from")
    private boolean source;

    @Override
    public Integer call() throws Exception {
      Optional<Path> file = LakeConfigs.choose(option.file());
      if (source) {
        System.out.print(file.isPresent() ? Files.readString(file.get()) : LakeConfigs.builtIn());
      } else {
        System.out.println("# " + name(option));
        System.out.print(ConfigWriter.yaml(read(option)));
      }
      return ExitCode.DONE.value();
    }
  }

  /** Prints the JSON Schema. */
  @Command(name = "schema", description = "Prints the JSON Schema of lake.yaml, for editors.")
  static final class Schema implements Callable<Integer> {
    @Override
    public Integer call() {
      System.out.println(ConfigSchema.json());
      return ExitCode.DONE.value();
    }
  }

  private static LakeConfig read(ConfigOption option) {
    return LakeConfigs.load(option.file(), PlatformReferences.lastKnown(option.dataFolder()));
  }

  private static String name(ConfigOption option) {
    return LakeConfigs.choose(option.file())
        .map(file -> file.toAbsolutePath().normalize().toString())
        .orElse(LakeConfigs.BUILT_IN);
  }
}
