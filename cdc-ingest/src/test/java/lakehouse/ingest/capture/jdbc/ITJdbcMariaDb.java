package lakehouse.ingest.capture.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.BronzeFold;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.ingest.fixture.MariaDbServer;
import lakehouse.ingest.fixture.QueriedSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A MariaDB database that is captured by queries, where a server is installed. */
class ITJdbcMariaDb {
  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  private static @Nullable MariaDbServer server;
  private @Nullable ProgramProcess ingest;

  @BeforeAll
  static void startServer() throws Exception {
    boolean installed = MariaDbServer.program().isPresent();
    if (!installed) {
      System.out.println("SKIPPED: no mariadbd here; apt-get install mariadb-server brings it");
    }
    assumeTrue(installed, "no mariadbd is installed");
    server = MariaDbServer.start("+05:00");
  }

  @AfterAll
  static void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void endIngest() {
    if (ingest != null) {
      ingest.close();
    }
  }

  private static QueriedSource source(String name, String... ddl) throws Exception {
    QueriedSource admin =
        new QueriedSource(name, server.url(""), "root", "", lake, lake.folder().resolve(name));
    admin.execute(
        "CREATE DATABASE " + name,
        "CREATE USER IF NOT EXISTS reader@localhost IDENTIFIED BY 'secret'",
        "CREATE USER IF NOT EXISTS reader@'127.0.0.1' IDENTIFIED BY 'secret'",
        "GRANT ALL ON %s.* TO reader@localhost".formatted(name),
        "GRANT ALL ON %s.* TO reader@'127.0.0.1'".formatted(name));
    QueriedSource source =
        new QueriedSource(
            name, server.url(name), "reader", "secret", lake, lake.folder().resolve(name));
    source.execute(ddl);
    return source;
  }

  @Test
  void readsAWatermarkOfSecondsWithoutLosingAChangeInTheSameSecond() throws Exception {
    QueriedSource source =
        source(
            "legacy",
            """
            CREATE TABLE meter (
              id int unsigned NOT NULL, make varchar(40), reading decimal(12,3), kind enum('a','b'),
              changed_at datetime NOT NULL DEFAULT current_timestamp
                ON UPDATE current_timestamp,
              PRIMARY KEY (id), KEY (changed_at))""",
            """
            INSERT INTO meter (id, make, reading, kind)
            SELECT seq + 4294960000, concat('m', seq), seq / 8, if(seq % 2, 'a', 'b')
            FROM seq_1_to_2000""");
    Path config =
        source.config(
            """
            - table: meter
              watermark: changed_at
              partition-by: id
              partitions: 2
              compare-keys-interval: 1 s
            """,
            "");
    ingest = IngestProcess.ingest(config);
    source.await(ingest, s -> s.isEqual("meter", "id"));
    assertThat(source.assertEqual("meter", "id").operations())
        .containsEntry("l", 1L)
        .containsEntry("r", 2_000L);
    // many changes within one second, while it is read several times
    for (int i = 0; i < 40; i++) {
      source.execute(
          "UPDATE meter SET make = 'again %d' WHERE id = 4294960007".formatted(i),
          "INSERT INTO meter (id, make) VALUES (%d, 'new')".formatted(i + 1));
      java.util.concurrent.TimeUnit.MILLISECONDS.sleep(60);
    }
    source.execute("DELETE FROM meter WHERE id = 4294960008");
    source.await(ingest, s -> s.isEqual("meter", "id"));
    BronzeFold fold = source.assertEqual("meter", "id");
    assertThat(fold.operations()).containsEntry("l", 1L).containsEntry("d", 1L);
    assertThat(fold.table().schema().findType("id")).hasToString("long");
    assertThat(ingest.stop()).as(ingest.output()).isZero();
  }

  @Test
  void holdsEachTypeAsItIs() throws Exception {
    QueriedSource source =
        source(
            "types",
            """
            CREATE TABLE typed (
              id bigint unsigned PRIMARY KEY, tiny tinyint(1), y year, b bit(1), f float, d double,
              big decimal(40,2), day date, moment timestamp(6) NULL, local datetime(6),
              t time, txt text, bin varbinary(8), js json, s set('x','y'), bits bit(9))""",
            """
            INSERT INTO typed VALUES (18446744073709551615, 2, 2024, b'1', 0.5, 0.1,
              12345678901234567890123456789012345678.25, '2024-02-29', '2024-03-01 05:00:00.123456',
              '2024-03-01 05:00:00.123456', '-838:59:59', 'آب و ہوا', x'00ff', '{"a": 1}', 'x,y',
              b'100000001')""",
            "INSERT INTO typed (id, day, local) VALUES (1, '0000-00-00', '2024-00-00 00:00:00')");
    Path config = source.config("- table: typed\n", "");
    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    BronzeFold fold = source.fold("typed");
    assertThat(fold.rows().get(List.of("18446744073709551615")))
        .containsEntry("tiny", "2")
        .containsEntry("y", "2024")
        .containsEntry("b", "t")
        .containsEntry("f", "0.5")
        .containsEntry("d", "0.1")
        .containsEntry("big", "12345678901234567890123456789012345678.25")
        .containsEntry("day", "2024-02-29")
        .as("a moment, which the server shows at +05:00")
        .containsEntry("moment", "2024-03-01 00:00:00.123456+00")
        .containsEntry("local", "2024-03-01 05:00:00.123456")
        .containsEntry("t", "-838:59:59")
        .containsEntry("txt", "آب و ہوا")
        .containsEntry("bin", "\\x00ff")
        .containsEntry("js", "{\"a\": 1}")
        .containsEntry("s", "x,y");
    assertThat(fold.rows().get(List.of("1")))
        .as("dates that are none are kept as text")
        .containsEntry("day", "0000-00-00")
        .hasEntrySatisfying("local", text -> assertThat(text).startsWith("2024-00-00 00:00:00"));
    assertThat(fold.operations()).containsExactlyInAnyOrderEntriesOf(Map.of("l", 1L, "r", 2L));
  }
}
