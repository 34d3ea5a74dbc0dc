package lakehouse.load.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import lakehouse.catalog.platform.DataFolder;

/**
 * A program of another module, run as a process of its own on that module's class path, as it was
 * built in this checkout. Unlike the launcher it builds nothing.
 */
final class ModuleProgram {
  private static final long MINUTES = 10;

  private final String module;
  private final String main;

  ModuleProgram(String module, String main) {
    this.module = module;
    this.main = main;
  }

  /** Runs it to its end. */
  void run(DataFolder data, String... arguments) throws IOException, InterruptedException {
    Path folder = checkout().resolve(module);
    Path classPath = folder.resolve("target/classpath");
    if (!Files.exists(classPath)) {
      throw new IllegalStateException(
          "Module %s is not built: run ./mvnw process-classes".formatted(module));
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1"));
    // what the test's own JVM was started with is what every program of ours needs
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--add-opens") || flag.startsWith("-Duser.timezone"))
        .forEach(command::add);
    command.add("-cp");
    command.add(
        folder.resolve("target/classes") + ":" + Files.readString(classPath, UTF_8).strip());
    command.add(main);
    command.addAll(List.of(arguments));
    Path log = data.logs().resolve(main + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(data.path().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put(DataFolder.VARIABLE, data.toString());
    Process process = builder.start();
    try {
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IllegalStateException(
            "%s did not end with 0:%n%s".formatted(main, Files.readString(log, UTF_8)));
      }
    } finally {
      process.destroyForcibly();
    }
  }

  static Path checkout() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("mvnw"))) {
        return folder;
      }
    }
    throw new IllegalStateException("No folder with mvnw above " + Path.of("").toAbsolutePath());
  }
}
