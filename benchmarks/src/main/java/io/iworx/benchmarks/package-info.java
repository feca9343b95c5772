/**
 * Runs contenders one after the other, reads what they cost, and compares.
 *
 * <p>Start here: {@link io.iworx.benchmarks.Benchmarks}, then {@code EventRows}, the table itself.
 */
@NullMarked
package io.iworx.benchmarks;

import org.jspecify.annotations.NullMarked;
