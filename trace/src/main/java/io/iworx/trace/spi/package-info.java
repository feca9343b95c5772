/** The port to where trace entries are kept. */
@NullMarked
package io.iworx.trace.spi;

import org.jspecify.annotations.NullMarked;
