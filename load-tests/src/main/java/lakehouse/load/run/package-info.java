/** Whole load tests: a scenario, its phases, what they took, and the report of it. */
@NullMarked
package lakehouse.load.run;

import org.jspecify.annotations.NullMarked;
