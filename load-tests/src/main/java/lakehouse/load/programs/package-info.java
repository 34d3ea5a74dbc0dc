/** The lake's programs as a user has them, and what the catalog tells of their work. */
@NullMarked
package lakehouse.load.programs;

import org.jspecify.annotations.NullMarked;
