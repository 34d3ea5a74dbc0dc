package lakehouse.load.measure;

import lakehouse.catalog.cli.Program;
import lakehouse.load.models.ModelsCommand;
import picocli.CommandLine.Command;

/** {@code lake load-test}: what the lake does under load, in figures. */
@Command(
    name = "lake load-test",
    description = "Measures the lake on this machine, by its real programs.",
    subcommands = {SpeedCommand.class, FreshnessCommand.class, ModelsCommand.class})
public final class LoadTest {
  public static void main(String[] args) {
    Program.run(new LoadTest(), args);
  }
}
