/** What Spark's optimizer is taught about the lake's queries. */
@NullMarked
package lakehouse.models.optimize;

import org.jspecify.annotations.NullMarked;
