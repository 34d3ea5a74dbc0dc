package lakehouse.load.reconcile;

import java.io.Serializable;
import java.util.List;

/**
 * One row of a differing bucket.
 *
 * @param key the canonical texts of the key's columns, {@link CanonicalForm#NULL} for null; empty
 *     where rows are a bag
 * @param digest the row's SHA-256 as hexadecimal
 */
record RowDigest(List<String> key, String digest) implements Serializable {}
