package lakehouse.ingest.capture.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Collectors;
import lakehouse.ingest.fixture.CaptureHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Lines that a fuzzer has spoiled: those taken in and those in quarantine are together those that
 * were sent. Size by {@code -Dlakehouse.files.fuzz}.
 */
class ITFilesFuzz {
  private static final int LINES = Integer.getInteger("lakehouse.files.fuzz", 20_000);
  private static final String CSV =
      DropFolder.READINGS
          .replace("name: reading", "name: row")
          .replace("readings/", "rows/")
          .replace("json-lines", "csv");

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  @Test
  void takesInOrQuarantinesEveryLine() {
    long seed = Long.getLong("lakehouse.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    DropFolder drop = new DropFolder(lake, "fuzz", DropFolder.READINGS + CSV, "");
    drop.put("readings/fuzz.jsonl", spoiled(random, "", "{\"meter\": \"M%d\", \"kwh\": %d.5}"));
    drop.put("rows/fuzz.csv", spoiled(random, "meter,kwh\n", "M%d,%d.5"));

    drop.takeIn();

    for (String table : new String[] {"reading", "row"}) {
      long accepted = drop.rows(table).size();
      long quarantined =
          drop.quarantined().stream()
              .filter(row -> row.getField("table_name").equals("public." + table))
              .count();
      assertThat(accepted + quarantined).as(table).isEqualTo(LINES);
      assertThat(accepted).isPositive();
      assertThat(quarantined).isPositive();
    }
    System.out.println(
        drop.quarantined().stream()
            .collect(Collectors.groupingBy(row -> row.getField("reason"), Collectors.counting())));
  }

  private static byte[] spoiled(Random random, String header, String line) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(header.getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < LINES; i++) {
      byte[] bytes =
          line.formatted(random.nextInt(1_000), random.nextInt(1_200))
              .getBytes(StandardCharsets.UTF_8);
      for (int spoils = random.nextInt(3); spoils > 0; spoils--) {
        int at = random.nextInt(bytes.length);
        // any byte but the end of a line, by which lines are counted
        byte b = (byte) random.nextInt(256);
        bytes[at] = b == '\n' ? (byte) '"' : b;
      }
      all.writeBytes(bytes);
      all.write('\n');
    }
    return all.toByteArray();
  }
}
