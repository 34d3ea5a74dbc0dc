package lakehouse.ingest.capture.flinkcdc;

import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.state.NonRecoverableException;
import org.apache.flink.cdc.connectors.base.config.JdbcSourceConfig;
import org.apache.flink.cdc.connectors.base.source.reader.external.JdbcSourceFetchTaskContext;
import org.apache.flink.cdc.connectors.postgres.source.PostgresDialect;
import org.apache.flink.cdc.connectors.postgres.source.config.PostgresSourceConfig;
import org.apache.flink.cdc.connectors.postgres.source.fetch.PostgresSourceFetchTaskContext;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * The connector's dialect, which says so where the connector would fall over.
 *
 * <p>A truncate that was committed while its table was loaded stands between the chunks that were
 * read before and those that were read after it. The connector asks which chunk it belongs to and
 * finds no key. There is no place in the order that is right for it, so the table is to be loaded
 * anew.
 */
final class LoudDialect extends PostgresDialect {
  private static final long serialVersionUID = 1L;

  private final String source;

  LoudDialect(PostgresSourceConfig config, String source) {
    super(config);
    this.source = source;
  }

  @Override
  public JdbcSourceFetchTaskContext createFetchTaskContext(JdbcSourceConfig config) {
    return new Context(config, this);
  }

  private static final class Context extends PostgresSourceFetchTaskContext {
    private final LoudDialect dialect;

    Context(JdbcSourceConfig config, LoudDialect dialect) {
      super(config, dialect);
      this.dialect = dialect;
    }

    @Override
    public boolean isRecordBetween(SourceRecord change, Object[] start, Object[] end) {
      if (change.key() == null) {
        throw new NonRecoverableException(
            new LakeException(
                ExitCode.CONFLICT,
                """
                Table %s was truncated while it was loaded.
                The engine flink-cdc cannot tell the rows from before from those after, so load \
                the source anew: `lake ingest --reload %s`."""
                    .formatted(DebeziumDecoder.tableOf(change), dialect.source)));
      }
      return super.isRecordBetween(change, start, end);
    }
  }
}
