/**
 * The electric utility's operational databases: their creation, a seeded generator of a coherent
 * utility, and a live workload that changes them while they are captured.
 *
 * <p>The domain's words live here and in the schemas under {@code resources/databases}; nothing in
 * this package shares code with the models.
 */
@NullMarked
package lakehouse.load.utility;

import org.jspecify.annotations.NullMarked;
