package lakehouse.ingest.capture.flinkcdc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.Properties;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.CatalogPosition;
import lakehouse.ingest.state.NonRecoverableException;
import org.apache.flink.cdc.connectors.base.config.JdbcSourceConfig;
import org.apache.flink.cdc.connectors.base.relational.connection.JdbcConnectionPoolFactory;
import org.apache.flink.cdc.connectors.base.source.meta.offset.Offset;
import org.apache.flink.cdc.connectors.base.source.reader.external.JdbcSourceFetchTaskContext;
import org.apache.flink.cdc.connectors.postgres.source.PostgresConnectionPoolFactory;
import org.apache.flink.cdc.connectors.postgres.source.PostgresDialect;
import org.apache.flink.cdc.connectors.postgres.source.config.PostgresSourceConfig;
import org.apache.flink.cdc.connectors.postgres.source.fetch.PostgresSourceFetchTaskContext;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connector's dialect, which says so where the connector would fall over, lets the slot forget
 * no more than what the catalog holds, and encrypts all sessions alike.
 *
 * <p>A truncate that was committed while its table was loaded stands between the chunks that were
 * read before and those that were read after it. The connector asks which chunk it belongs to and
 * finds no key. There is no place in the order that is right for it, so the table is to be loaded
 * anew.
 */
final class LoudDialect extends PostgresDialect {
  /** Debezium's names of the options of its own sessions. */
  static final String SSL_MODE = "database.sslmode";

  static final String SSL_ROOT_CERTIFICATE = "database.sslrootcert";

  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(LoudDialect.class);

  private final String source;
  private final CatalogPosition catalog;

  LoudDialect(PostgresSourceConfig config, String source, CatalogPosition catalog) {
    super(config);
    this.source = source;
    this.catalog = catalog;
  }

  /**
   * Confirms what the catalog holds, whatever the checkpoint does: a start without state goes on at
   * the catalog's position. One byte less, since the driver confirms all that the server tells of
   * its own progress once the last message is confirmed.
   */
  @Override
  public void notifyCheckpointComplete(long checkpointId, @Nullable Offset reached)
      throws Exception {
    long held;
    try {
      held = catalog.read();
    } catch (RuntimeException e) {
      LOG.debug("The catalog did not say how far it is; the slot keeps its log", e);
      return;
    }
    if (held > 1) {
      super.notifyCheckpointComplete(checkpointId, StreamPosition.offsetAt(held - 1));
    }
  }

  @Override
  public JdbcSourceFetchTaskContext createFetchTaskContext(JdbcSourceConfig config) {
    return new Context(config, this);
  }

  @Override
  public JdbcConnectionPoolFactory getPooledDataSourceFactory() {
    return new EncryptedPools();
  }

  /**
   * Sessions that are encrypted as Debezium's are, which the connector leaves out. Without a field,
   * since the connector keeps one of them for all sources.
   */
  private static final class EncryptedPools extends PostgresConnectionPoolFactory {
    @Override
    public String getJdbcUrl(JdbcSourceConfig config) {
      Properties options = config.getDbzProperties();
      String url = super.getJdbcUrl(config) + "?sslmode=" + options.getProperty(SSL_MODE);
      String root = options.getProperty(SSL_ROOT_CERTIFICATE);
      return root == null ? url : url + "&sslrootcert=" + URLEncoder.encode(root, UTF_8);
    }
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
