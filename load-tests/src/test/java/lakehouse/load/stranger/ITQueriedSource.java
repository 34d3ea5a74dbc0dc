package lakehouse.load.stranger;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.load.fixture.TestedLake;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.projectnessie.model.CommitMeta;
import org.projectnessie.model.LogResponse.LogEntry;

/** A database that is asked by queries: from its rows and rejected rows to what users read. */
class ITQueriedSource {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private static Path temporary;

  @Test
  void isReadThroughSilverQuarantineAndLog() throws Exception {
    try (TestedLake lake = new TestedLake(temporary)) {
      PlatformProcess platform = lake.platform();
      platform.execute("CREATE DATABASE crm");
      execute(
          platform,
          "CREATE TABLE client (id int UNIQUE, name text, changed timestamptz)",
          "CREATE INDEX ON client (changed)",
          "INSERT INTO client SELECT i, 'n' || i, now() FROM generate_series(1, 100) i",
          "INSERT INTO client VALUES (NULL, 'nobody', now())");
      Path config = config(platform);
      lake.setUp(config);

      List<JsonNode> events = ingest(lake, config);
      execute(
          platform,
          "UPDATE client SET name = 'changed', changed = clock_timestamp() WHERE id <= 10",
          "INSERT INTO client VALUES (101, 'new', clock_timestamp())");
      // another process, which does not know what the first one read, meets the last rows again,
      // the rejected one among them
      ingest(lake, config);
      lake.makeSilver(config);

      assertThat(
              json(
                  query(
                      lake,
                      config,
                      "SELECT count(*) AS n, count(DISTINCT id) AS d, count_if(name = 'changed') AS c FROM silver.crm.client")))
          .hasToString("[{\"n\":101,\"d\":101,\"c\":10}]");
      assertThat(
              json(
                  query(
                      lake,
                      config,
                      "SELECT source, table_name, reason, count(*) AS n FROM ops.quarantine GROUP BY ALL")))
          .hasToString(
              "[{\"source\":\"crm\",\"table_name\":\"public.client\",\"reason\":\"key-missing\","
                  + "\"n\":1}]");
      listShowAndReplay(lake, config);
      joins(events, lake);
    }
  }

  private static Path config(PlatformProcess platform) throws Exception {
    Path config = temporary.resolve("lake.yaml");
    Files.writeString(temporary.resolve("password"), platform.adminPassword());
    Files.writeString(
        config,
        """
        catalog:
          uri: %s
          warehouse: %s
        sources:
          - name: crm
            kind: jdbc
            url: "%s"
            user: %s
            password: "${file:%s/password}"
            tables:
              - table: client
                key: [id]
                watermark: changed
        ingest:
          state-folder: state
          checkpoint-interval: 300 ms
        """
            .formatted(
                platform.catalogConfig().uri(),
                platform.catalogConfig().warehouse(),
                platform.jdbcUrl("crm"),
                platform.adminUser(),
                temporary));
    return config;
  }

  private static void execute(PlatformProcess platform, String... statements) throws Exception {
    try (Connection connection = platform.connect("crm");
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The events of the log; what else the program prints is words for its user. */
  private static List<JsonNode> ingest(TestedLake lake, Path config) throws Exception {
    try (ProgramProcess ingest = lake.ingest(config, "--until-current", "--log-format", "json")) {
      assertThat(ingest.exitCode()).as(ingest.output()).isZero();
      List<JsonNode> events = new ArrayList<>();
      for (String line : ingest.output().lines().toList()) {
        if (line.startsWith("{")) {
          events.add(JSON.readTree(line));
        } else {
          assertThat(line).matches("Flink's web page.*|Source crm: .*");
        }
      }
      return events;
    }
  }

  private static String query(TestedLake lake, Path config, String sql) {
    return lake.query(config, sql, "--json");
  }

  private static JsonNode json(String output) throws Exception {
    int begin = Math.min(at(output, "["), at(output, "{"));
    return JSON.readTree(output.substring(begin));
  }

  private static int at(String text, String of) {
    int found = text.indexOf(of);
    return found < 0 ? text.length() : found;
  }

  private static void listShowAndReplay(TestedLake lake, Path config) throws Exception {
    JsonNode list = json(lake.quarantine(config, 0, "list", "--json"));
    assertThat(list.get("total").asInt()).isEqualTo(1);
    String id = list.get("newest").get(0).get("id").asText();
    assertThat(lake.quarantine(config, 0, "list")).contains(id, "key-missing", "(1 of 1 rows)");
    assertThat(lake.quarantine(config, 0, "list", "--reason", "other")).contains("(0 of 0 rows)");
    assertThat(json(lake.quarantine(config, 0, "list", "--summary", "--json")))
        .hasToString(
            "[{\"source\":\"crm\",\"table\":\"public.client\",\"reason\":\"key-missing\","
                + "\"rows\":1}]");
    assertThat(json(lake.quarantine(config, 0, "show", id, "--json")).get(0).get("row").asText())
        .contains("\"name\":\"nobody\"");
    assertThat(lake.quarantine(config, 2, "show", "no-such-row"))
        .contains("No quarantine has a row no-such-row.");
    assertThat(lake.quarantine(config, 0, "replay", "crm"))
        .contains("For 1 rejected rows the next start of the ingest loads [public.client] anew");
    assertThat(lake.quarantine(config, 0, "list")).contains("(0 of 0 rows)");
    assertThat(lake.quarantine(config, 0, "list", "--all")).contains(id, "(1 of 1 rows)");
    assertThat(lake.quarantine(config, 0, "show", id, "--all")).contains("state    replayed");
    assertThat(json(query(lake, config, "SELECT id FROM ops.quarantine"))).isEmpty();
    // nothing was corrected, so the load meets the row again
    ingest(lake, config);
    assertThat(json(query(lake, config, "SELECT id FROM ops.quarantine")))
        .hasToString("[{\"id\":\"%s\"}]".formatted(id));
  }

  /** What the log tells of a commit is what the catalog has of it. */
  private static void joins(List<JsonNode> events, TestedLake lake) throws Exception {
    JsonNode committed =
        events.stream().filter(event -> event.has("position")).findFirst().orElseThrow();
    assertThat(committed.get("verb").asText()).isEqualTo("lake ingest");
    assertThat(committed.get("level").asText()).isEqualTo("INFO");
    assertThat(committed.get("time").asText()).endsWith("Z");
    try (LakeCatalog catalog = LakeCatalog.open(lake.platform().catalogConfig())) {
      Map<String, String> facts =
          catalog.nessie().getCommitLog().refName("main").stream()
              .map(LogEntry::getCommitMeta)
              .map(CommitMeta::getProperties)
              .filter(
                  properties ->
                      committed
                          .get("invocation")
                          .asText()
                          .equals(properties.get("lakehouse.invocation")))
              .filter(
                  properties ->
                      committed.get("position").asText().equals(properties.get("lakehouse.to")))
              .findFirst()
              .orElseThrow();
      assertThat(facts)
          .containsEntry("lakehouse.source", committed.get("source").asText())
          .containsEntry("lakehouse.run", committed.get("run").asText())
          .containsEntry("lakehouse.epoch", committed.get("epoch").asText());
    }
  }
}
