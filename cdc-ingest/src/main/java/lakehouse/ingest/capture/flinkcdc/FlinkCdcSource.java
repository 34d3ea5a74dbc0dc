package lakehouse.ingest.capture.flinkcdc;

import java.util.function.Supplier;
import lakehouse.ingest.capture.CaptureRun;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEventTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.cdc.connectors.base.config.JdbcSourceConfig;
import org.apache.flink.cdc.connectors.base.source.meta.split.SourceRecords;
import org.apache.flink.cdc.connectors.base.source.metrics.SourceReaderMetrics;
import org.apache.flink.cdc.connectors.base.source.reader.IncrementalSourceReaderContext;
import org.apache.flink.cdc.connectors.base.source.reader.IncrementalSourceSplitReader;
import org.apache.flink.cdc.connectors.postgres.source.PostgresDialect;
import org.apache.flink.cdc.connectors.postgres.source.PostgresSourceBuilder.PostgresIncrementalSource;
import org.apache.flink.cdc.connectors.postgres.source.config.PostgresSourceConfig;
import org.apache.flink.cdc.connectors.postgres.source.config.PostgresSourceConfigFactory;
import org.apache.flink.cdc.connectors.postgres.source.offset.PostgresOffsetFactory;
import org.apache.flink.cdc.connectors.postgres.source.reader.PostgresSourceReader;
import org.apache.flink.cdc.debezium.DebeziumDeserializationSchema;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.synchronization.FutureCompletingBlockingQueue;
import org.apache.flink.util.Collector;
import org.apache.kafka.connect.source.SourceRecord;

/** The connector's source, handing out change events. */
final class FlinkCdcSource extends PostgresIncrementalSource<ChangeEvent> {
  private static final long serialVersionUID = 1L;

  private final CaptureRun run;

  FlinkCdcSource(CaptureRun run, PostgresSourceConfigFactory factory) {
    super(
        factory,
        new NoDeserialization(),
        new PostgresOffsetFactory(),
        new PostgresDialect(factory.create(0)));
    this.run = run;
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
