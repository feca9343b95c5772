/**
 * What is measured, each in a process of its own.
 *
 * <p>Start here: {@link io.iworx.benchmarks.load.Contender}; the bus is used in {@code Ourselves}
 * alone.
 */
@NullMarked
package io.iworx.benchmarks.load;

import org.jspecify.annotations.NullMarked;
