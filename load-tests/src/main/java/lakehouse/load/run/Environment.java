package lakehouse.load.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import lakehouse.catalog.cli.Console;
import lakehouse.load.measure.PostgresDatabase;

/** Where a run takes place. */
final class Environment {
  private Environment() {}

  static Map<String, String> of(PostgresDatabase database) throws SQLException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("began", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("processor", line(Path.of("/proc/cpuinfo"), "model name"));
    facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("memory", memory());
    facts.put("load before", line(Path.of("/proc/loadavg"), ""));
    facts.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("PostgreSQL", database.value("SHOW server_version"));
    for (String setting :
        new String[] {"shared_buffers", "maintenance_work_mem", "max_wal_size", "fsync"}) {
      facts.put(setting, database.value("SHOW " + setting));
    }
    return facts;
  }

  private static String memory() {
    String kilobytes = line(Path.of("/proc/meminfo"), "MemTotal").replaceAll("[^0-9]", "");
    return kilobytes.isEmpty() ? "unknown" : Console.bytes(Long.parseLong(kilobytes) << 10);
  }

  private static String line(Path file, String key) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.startsWith(key))
          .findFirst()
          .map(line -> key.isEmpty() ? line : line.substring(line.indexOf(':') + 1).strip())
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
