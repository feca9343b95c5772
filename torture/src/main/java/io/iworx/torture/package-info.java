/**
 * The crash harness of the event bus: real processes on a real PostgreSQL, broken in many ways, and
 * counted afterwards. Start at {@link io.iworx.torture.Round}; what is promised and how it is
 * judged stands in {@link io.iworx.torture.Verdict}.
 */
@NullMarked
package io.iworx.torture;

import org.jspecify.annotations.NullMarked;
