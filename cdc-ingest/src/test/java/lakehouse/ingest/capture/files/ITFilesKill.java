package lakehouse.ingest.capture.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.CaptureHarness;
import org.apache.commons.io.FileUtils;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * SIGKILL at random moments while files are taken in, and the loss of all that Flink keeps: each
 * row is in the lake once, and each line that is no row once in quarantine. Sizes by {@code
 * -Dlakehouse.files.kills} and {@code -Dlakehouse.files.lines}.
 */
class ITFilesKill {
  private static final int KILLS = Integer.getInteger("lakehouse.files.kills", 3);
  private static final int LINES = Integer.getInteger("lakehouse.files.lines", 120_000);
  private static final int FILES = 6;

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  @Test
  void holdsEachLineOnceAfterKillsAtRandomMoments() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    DropFolder drop =
        new DropFolder(lake, "kill", DropFolder.READINGS.replace("M[0-9]+", "M[0-9-]+"), "");
    Set<String> sent = new HashSet<>();
    Set<String> bad = new HashSet<>();
    int interrupted = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      for (int i = 0; i < FILES; i++) {
        put(drop, kill * FILES + i, random, sent, bad);
      }
      boolean withFault = random.nextInt(4) == 0;
      try (ProgramProcess ingest =
          withFault
              ? lakehouse.ingest.fixture.IngestProcess.ingestWithFault(
                  drop.config(), "halt-after-catalog-commit", "--checkpoint-interval=PT0.2S")
              : drop.start("--checkpoint-interval=PT0.2S")) {
        await(drop, ingest);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(500)));
        ingest.kill();
      }
      interrupted +=
          drop.rows("reading").size() + drop.quarantined().size() < sent.size() + bad.size()
              ? 1
              : 0;
      if (random.nextBoolean()) {
        FileUtils.deleteDirectory(drop.config().resolveSibling("state").toFile());
      }
    }
    drop.takeIn();

    assertThat(interrupted).as("kills that came before all was taken in").isPositive();
    List<String> held = new ArrayList<>();
    for (Record row : drop.rows("reading")) {
      held.add((String) row.getField("meter"));
    }
    assertThat(held).hasSize(sent.size()).doesNotHaveDuplicates();
    assertThat(new HashSet<>(held)).isEqualTo(sent);
    assertThat(drop.reasons()).hasSize(bad.size()).doesNotHaveDuplicates();
    assertThat(new HashSet<>(drop.reasons())).isEqualTo(bad);
    Set<List<Object>> places = new HashSet<>();
    drop.rows("reading")
        .forEach(row -> places.add(List.of(row.getField("_commit_lsn"), row.getField("_seq"))));
    assertThat(places).as("places in the order").hasSize(sent.size());
  }

  /** Until something new is in the lake, so that the kill falls into the middle. */
  private static void await(DropFolder drop, ProgramProcess ingest) {
    long before = drop.state().map(state -> state.position()).orElse(0L);
    org.awaitility.Awaitility.await()
        .atMost(java.time.Duration.ofMinutes(3))
        .until(
            () ->
                !ingest.alive() || drop.state().map(state -> state.position()).orElse(0L) > before);
  }

  private static void put(
      DropFolder drop, int number, Random random, Set<String> sent, Set<String> bad) {
    StringBuilder lines = new StringBuilder();
    String path = "readings/%04d.jsonl".formatted(number) + (number % 2 == 0 ? ".gz" : "");
    for (int i = 1; i <= LINES / FILES; i++) {
      if (random.nextInt(1_000) == 0) {
        lines.append("{broken\n");
        bad.add("syntax %s:%d".formatted(path, i));
      } else {
        String meter = "M%d-%d".formatted(number, i);
        sent.add(meter);
        lines.append("{\"meter\": \"").append(meter).append("\", \"kwh\": 1.25}\n");
      }
    }
    if (path.endsWith(".gz")) {
      drop.put(path, DropFolder.gzip(lines.toString()));
    } else {
      drop.put(path, lines.toString());
    }
  }
}
