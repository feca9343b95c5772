/**
 * Who caused what: one immutable {@link io.iworx.correlation.Correlation} per unit of work, ambient
 * while it runs, carried over HTTP by {@link io.iworx.correlation.CorrelationHeaders}, into logs by
 * the MDC and {@link io.iworx.correlation.CorrelationLog}.
 *
 * <p>Start with {@link io.iworx.correlation.Correlation}. {@link io.iworx.correlation.FailureKind}
 * is here because every part that carries a context across a wire must also say what a failure on
 * that wire permits.
 */
@NullMarked
package io.iworx.correlation;

import org.jspecify.annotations.NullMarked;
