package lakehouse.ingest.capture.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.fixture.BronzeFold;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.ingest.fixture.QueriedSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * SIGKILL at random moments while rows of a queried table come and change. How often by {@code
 * -Dlakehouse.kills}, the moments and changes by {@code -Dlakehouse.seed}.
 */
class ITJdbcKill {
  private static final int KILLS = Integer.getInteger("lakehouse.kills", 3);

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  @Test
  void losesAndDoublesNothingWhenItIsKilled() throws Exception {
    long seed = Long.getLong("lakehouse.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    QueriedSource source =
        QueriedSource.postgres(
            lake,
            "killed",
            ITJdbcPostgres.CUSTOMER,
            ITJdbcPostgres.INDEX,
            ITJdbcPostgres.FILL.formatted(20_000));
    Path config = source.config(ITJdbcPostgres.INCREMENTAL, "");
    AtomicBoolean stop = new AtomicBoolean();
    Thread writer = new Thread(() -> write(source, random.nextLong(), stop), "writer");
    writer.start();
    int loaded = 0;
    try {
      for (int i = 0; i < KILLS; i++) {
        try (ProgramProcess ingest = IngestProcess.ingest(config)) {
          await()
              .atMost(Duration.ofMinutes(2))
              .until(() -> ingest.output().contains("Source killed: "));
          if (i > 0) { // the first one within the load, most likely; the others when it is whole
            source.await(ingest, s -> s.state().position() > 0);
          }
          TimeUnit.MILLISECONDS.sleep(random.nextInt(8_000));
          assertThat(ingest.kill()).as(ingest.output()).isEqualTo(137);
        }
        loaded +=
            lake.catalog().iceberg().namespaceExists(Layer.BRONZE.namespace("killed")) ? 1 : 0;
      }
    } finally {
      stop.set(true);
      writer.join();
    }
    System.out.printf("%d of %d kills came after a commit%n", loaded, KILLS);
    assertThat(loaded)
        .as("kills of an ingest that had committed")
        .isGreaterThanOrEqualTo(KILLS - 1);
    try (ProgramProcess ingest = IngestProcess.ingest(config, "--until-current")) {
      assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    }
    BronzeFold fold = source.assertEqual("customer", "id");
    assertThat(fold.operations()).containsEntry("l", 1L);
    assertThat(fold.operations().get("r")).isGreaterThanOrEqualTo(20_000);
  }

  private static void write(QueriedSource source, long seed, AtomicBoolean stop) {
    Random random = new Random(seed);
    int next = 100_000;
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      while (!stop.get()) {
        statement.execute(
            random.nextBoolean()
                ? "INSERT INTO customer (id, name) VALUES (%d, 'new')".formatted(next++)
                : "UPDATE customer SET name = 'w%d', updated_at = clock_timestamp() WHERE id = %d"
                    .formatted(random.nextInt(), 1 + random.nextInt(20_000)));
        TimeUnit.MILLISECONDS.sleep(2);
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
