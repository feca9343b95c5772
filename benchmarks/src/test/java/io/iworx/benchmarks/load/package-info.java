/** What contenders count with. */
@NullMarked
package io.iworx.benchmarks.load;

import org.jspecify.annotations.NullMarked;
