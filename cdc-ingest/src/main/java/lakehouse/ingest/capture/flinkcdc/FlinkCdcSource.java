package lakehouse.ingest.capture.flinkcdc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Supplier;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.capture.CaptureRun;
import lakehouse.ingest.capture.CatalogPosition;
import lakehouse.ingest.capture.SourceConnection;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEventTypeInfo;
import lakehouse.ingest.state.NonRecoverableException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.cdc.connectors.base.config.JdbcSourceConfig;
import org.apache.flink.cdc.connectors.base.source.assigner.state.PendingSplitsState;
import org.apache.flink.cdc.connectors.base.source.assigner.state.StreamPendingSplitsState;
import org.apache.flink.cdc.connectors.base.source.meta.split.SourceRecords;
import org.apache.flink.cdc.connectors.base.source.meta.split.SourceSplitBase;
import org.apache.flink.cdc.connectors.base.source.metrics.SourceReaderMetrics;
import org.apache.flink.cdc.connectors.base.source.reader.IncrementalSourceReaderContext;
import org.apache.flink.cdc.connectors.base.source.reader.IncrementalSourceSplitReader;
import org.apache.flink.cdc.connectors.postgres.source.PostgresDialect;
import org.apache.flink.cdc.connectors.postgres.source.PostgresSourceBuilder.PostgresIncrementalSource;
import org.apache.flink.cdc.connectors.postgres.source.config.PostgresSourceConfig;
import org.apache.flink.cdc.connectors.postgres.source.config.PostgresSourceConfigFactory;
import org.apache.flink.cdc.connectors.postgres.source.enumerator.PostgresSourceEnumerator;
import org.apache.flink.cdc.connectors.postgres.source.offset.PostgresOffsetFactory;
import org.apache.flink.cdc.connectors.postgres.source.reader.PostgresSourceReader;
import org.apache.flink.cdc.debezium.DebeziumDeserializationSchema;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.synchronization.FutureCompletingBlockingQueue;
import org.apache.flink.util.Collector;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** The connector's source, handing out change events. */
final class FlinkCdcSource extends PostgresIncrementalSource<ChangeEvent> {
  private static final long serialVersionUID = 1L;

  private final CaptureRun run;
  private final @Nullable StreamPosition goesOnAt;

  /**
   * @param goesOnAt where a start without state goes on; null if it loads
   */
  FlinkCdcSource(
      CaptureRun run,
      PostgresSourceConfigFactory factory,
      CatalogPosition catalog,
      @Nullable StreamPosition goesOnAt) {
    super(
        factory,
        new NoDeserialization(),
        new PostgresOffsetFactory(),
        new LoudDialect(factory.create(0), run.source().name(), catalog));
    this.run = run;
    this.goesOnAt = goesOnAt;
  }

  @Override
  public PostgresSourceEnumerator createEnumerator(
      SplitEnumeratorContext<SourceSplitBase> context) {
    if (goesOnAt == null) {
      return super.createEnumerator(context);
    }
    requireSlot();
    return goneOn(context, new StreamPendingSplitsState(false));
  }

  /**
   * Goes on with a stream, unless its slot is gone: the connector would make a new one without a
   * word, and the changes in between would be missing.
   */
  @Override
  public PostgresSourceEnumerator restoreEnumerator(
      SplitEnumeratorContext<SourceSplitBase> context, PendingSplitsState checkpoint) {
    requireSlot();
    return checkpoint instanceof StreamPendingSplitsState stream
        ? goneOn(context, stream)
        : super.restoreEnumerator(context, checkpoint);
  }

  private PostgresSourceEnumerator goneOn(
      SplitEnumeratorContext<SourceSplitBase> context, StreamPendingSplitsState state) {
    PostgresSourceConfig config = (PostgresSourceConfig) configFactory.create(0);
    return new PostgresSourceEnumerator(
        context,
        config,
        new GoneOnAssigner(config, state, dataSourceDialect, offsetFactory, goesOnAt),
        (PostgresDialect) dataSourceDialect,
        getBoundedness());
  }

  private void requireSlot() {
    PostgresConfig source = run.source();
    try (Connection connection = SourceConnection.open(source, "lakehouse ingest");
        PreparedStatement slot =
            connection.prepareStatement("SELECT FROM pg_replication_slots WHERE slot_name = ?")) {
      slot.setString(1, source.slot());
      if (!slot.executeQuery().next()) {
        throw new NonRecoverableException(
            new LakeException(
                ExitCode.CONFLICT,
                """
                The replication slot %s of source %s is gone, and with it changes that are not in \
                the lake. Load the source anew: `lake ingest --reload %s`."""
                    .formatted(source.slot(), source.name(), source.name())));
      }
    } catch (SQLException e) {
      throw new FlinkRuntimeException("Source " + source.name() + " does not answer", e);
    }
  }

  @Override
  public PostgresSourceReader createReader(SourceReaderContext context) {
    PostgresSourceConfig config =
        (PostgresSourceConfig) configFactory.create(context.getIndexOfSubtask());
    FutureCompletingBlockingQueue<RecordsWithSplitIds<SourceRecords>> queue =
        new FutureCompletingBlockingQueue<>();
    SourceReaderMetrics metrics = new SourceReaderMetrics(context.metricGroup());
    metrics.registerMetrics();
    IncrementalSourceReaderContext readerContext = new IncrementalSourceReaderContext(context);
    Supplier<IncrementalSourceSplitReader<JdbcSourceConfig>> splitReaders =
        () ->
            new IncrementalSourceSplitReader<>(
                context.getIndexOfSubtask(),
                dataSourceDialect,
                config,
                readerContext,
                snapshotHooks);
    IdleHeartbeat heartbeat = new IdleHeartbeat(run.source());
    ChangeEmitter emitter =
        new ChangeEmitter(run, deserializationSchema, metrics, offsetFactory, heartbeat);
    return new Reader(
        queue,
        splitReaders,
        emitter,
        context,
        readerContext,
        config,
        sourceSplitSerializer,
        dataSourceDialect,
        heartbeat);
  }

  /** The connector's reader, which owns the heartbeat. */
  @SuppressWarnings({"rawtypes", "unchecked"})
  private static final class Reader extends PostgresSourceReader {
    private final IdleHeartbeat heartbeat;

    Reader(
        FutureCompletingBlockingQueue queue,
        Supplier splitReaders,
        ChangeEmitter emitter,
        SourceReaderContext context,
        IncrementalSourceReaderContext readerContext,
        PostgresSourceConfig config,
        org.apache.flink.cdc.connectors.base.source.meta.split.SourceSplitSerializer serializer,
        org.apache.flink.cdc.connectors.base.dialect.DataSourceDialect dialect,
        IdleHeartbeat heartbeat) {
      super(
          queue,
          splitReaders,
          emitter,
          context.getConfiguration(),
          readerContext,
          config,
          serializer,
          dialect);
      this.heartbeat = heartbeat;
    }

    @Override
    public void close() throws Exception {
      heartbeat.close();
      super.close();
    }
  }

  /** The emitter decodes; the connector asks for a deserializer all the same. */
  private static final class NoDeserialization
      implements DebeziumDeserializationSchema<ChangeEvent> {
    private static final long serialVersionUID = 1L;

    @Override
    public void deserialize(SourceRecord record, Collector<ChangeEvent> out) {
      throw new IllegalStateException("The emitter decodes");
    }

    @Override
    public TypeInformation<ChangeEvent> getProducedType() {
      return ChangeEventTypeInfo.INSTANCE;
    }
  }
}
