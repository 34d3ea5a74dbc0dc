/** Measures the lake from outside, against floors that are measured in the same run. */
@NullMarked
package lakehouse.load.measure;

import org.jspecify.annotations.NullMarked;
