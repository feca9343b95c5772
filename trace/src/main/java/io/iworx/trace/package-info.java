/**
 * What one correlation id set off. Every part hands a {@link io.iworx.trace.TraceEntry} to a {@link
 * io.iworx.trace.TraceRecorder}, which keeps it in a {@link io.iworx.trace.spi.TraceStore} without
 * ever holding up the work; {@link io.iworx.trace.Trace} makes the tree of them.
 */
@NullMarked
package io.iworx.trace;

import org.jspecify.annotations.NullMarked;
