package lakehouse.ingest.capture.jdbc;

import java.io.Serializable;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.ingest.capture.CatalogPosition;
import org.jspecify.annotations.Nullable;

/**
 * What one capture of a database by queries needs to know.
 *
 * @param source the source as configured
 * @param maskKey the key of tokens, or null if no column is masked by token
 * @param epoch the epoch of every change
 * @param catalog tells the last round that the catalog holds
 * @param lakeKeys tells the keys that the lake has
 * @param from where it begins
 */
record JdbcCapture(
    JdbcConfig source,
    @Nullable Secret maskKey,
    int epoch,
    CatalogPosition catalog,
    LakeKeys lakeKeys,
    JdbcPosition from)
    implements Serializable {}
