package lakehouse.ingest.capture.flinkcdc;

import java.time.Duration;
import java.util.Properties;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.capture.CaptureEngine;
import lakehouse.ingest.capture.CaptureRun;
import lakehouse.ingest.capture.CatalogPosition;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEventTypeInfo;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.cdc.connectors.base.options.StartupOptions;
import org.apache.flink.cdc.connectors.postgres.source.config.PostgresSourceConfigFactory;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * Captures with the Apache Flink CDC connector for PostgreSQL. One reader for each source: the
 * stream has no more, and the order of a table's changes is that of their arrival.
 *
 * <p>The load is read without the connector's backfill: changes made while a chunk is read then
 * come in the stream, after the loaded row, where bronze orders them right. The backfill would fold
 * them into the loaded rows, and there put the placeholder of an unchanged large value in the place
 * of the value itself; it also needs a replication slot of its own for each reader.
 */
public final class FlinkCdcEngine implements CaptureEngine {
  /** Heap for one chunk of the load, which the connector buffers whole. */
  private static final long CHUNK_BYTES = 32L << 20;

  /** Heap for a row of the load beside its values: envelope, offsets, key. */
  private static final long ROW_OVERHEAD_BYTES = 1_500;

  private static final int MAX_CHUNK_ROWS = 20_000;

  private final CatalogPosition catalog;
  private final @Nullable StreamPosition goesOnAt;

  /**
   * @param catalog what the catalog holds while the capture runs
   * @param goesOnWith what the catalog keeps for a start without other state; null to load every
   *     table
   */
  public FlinkCdcEngine(CatalogPosition catalog, @Nullable String goesOnWith) {
    this.catalog = catalog;
    this.goesOnAt = goesOnWith == null ? null : StreamPosition.parse(goesOnWith);
  }

  @Override
  public SingleOutputStreamOperator<ChangeEvent> capture(
      StreamExecutionEnvironment environment, CaptureRun run) {
    return environment
        .fromSource(
            new FlinkCdcSource(run, configuration(run), catalog, goesOnAt),
            WatermarkStrategy.noWatermarks(),
            "postgres " + run.source().name(),
            ChangeEventTypeInfo.INSTANCE)
        .uid("source")
        .setParallelism(1)
        .transform(
            "order", ChangeEventTypeInfo.INSTANCE, new ChangeSequencer(run.epoch(), goesOnAt))
        .uid("order")
        .setParallelism(1);
  }

  private static PostgresSourceConfigFactory configuration(CaptureRun run) {
    PostgresConfig source = run.source();
    PostgresSourceConfigFactory factory = new PostgresSourceConfigFactory();
    factory.hostname(source.host());
    factory.port(source.port());
    factory.database(source.database());
    factory.databaseList(source.database());
    factory.username(source.user());
    factory.password(source.password().reveal());
    factory.slotName(source.slot());
    factory.decodingPluginName("pgoutput");
    factory.startupOptions(StartupOptions.initial());
    factory.skipSnapshotBackfill(true);
    factory.includeSchemaChanges(false);
    factory.heartbeatInterval(Duration.ofMillis(500));
    factory.connectionPoolSize(2);
    factory.splitSize(chunkRows(run));
    factory.fetchSize(4_096);
    factory.schemaList(
        run.tables().stream()
            .map(CaptureRun.CapturedTable::schema)
            .distinct()
            .map(FlinkCdcEngine::quoted)
            .toArray(String[]::new));
    factory.tableList(
        run.tables().stream()
            .map(table -> quoted(table.schema()) + "\\." + quoted(table.table()))
            .toArray(String[]::new));
    factory.debeziumProperties(debezium(source));
    return factory;
  }

  private static Properties debezium(PostgresConfig source) {
    Properties properties = new Properties();
    properties.setProperty("publication.name", source.publication());
    properties.setProperty(LoudDialect.SSL_MODE, source.sslmode().toString());
    if (!source.sslrootcert().isEmpty()) {
      properties.setProperty(LoudDialect.SSL_ROOT_CERTIFICATE, source.sslrootcert());
    }
    properties.setProperty("publication.autocreate.mode", "disabled");
    properties.setProperty("slot.drop.on.stop", "false");
    properties.setProperty("truncate.handling.mode", "include");
    properties.setProperty("tombstones.on.delete", "false");
    properties.setProperty("column.propagate.source.type", ".*");
    // as text, since as decimals NaN becomes null and trailing zeros of a plain numeric are cut
    properties.setProperty("decimal.handling.mode", "string");
    properties.setProperty("time.precision.mode", "adaptive_time_microseconds");
    properties.setProperty("interval.handling.mode", "string");
    properties.setProperty("hstore.handling.mode", "json");
    properties.setProperty("binary.handling.mode", "bytes");
    properties.setProperty("include.unknown.datatypes", "true");
    // the older name of unavailable.value.placeholder, whose default wins over the newer name
    properties.setProperty("toasted.value.placeholder", ColumnDecoder.PLACEHOLDER);
    properties.setProperty("converters", "arrays");
    properties.setProperty("arrays.type", ArrayText.class.getName());
    properties.setProperty("poll.interval.ms", "100");
    return properties;
  }

  private static int chunkRows(CaptureRun run) {
    long rowBytes =
        run.tables().stream().mapToLong(CaptureRun.CapturedTable::rowBytes).max().orElse(0);
    long rows = CHUNK_BYTES / (ROW_OVERHEAD_BYTES + 3 * rowBytes);
    return (int) Math.max(512, Math.min(rows, MAX_CHUNK_ROWS));
  }

  // The connector takes lists of regular expressions, parted by commas.
  private static String quoted(String name) {
    StringBuilder quoted = new StringBuilder();
    name.codePoints()
        .forEach(
            point -> {
              if (point < 128 && point != '_' && !Character.isLetterOrDigit(point)) {
                quoted.append('\\');
              }
              quoted.appendCodePoint(point);
            });
    return quoted.toString();
  }
}
