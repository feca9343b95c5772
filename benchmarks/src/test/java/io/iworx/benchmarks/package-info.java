/** The arithmetic of the benchmarks. */
@NullMarked
package io.iworx.benchmarks;

import org.jspecify.annotations.NullMarked;
