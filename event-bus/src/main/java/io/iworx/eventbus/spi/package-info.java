/** The port to where events are kept. */
@NullMarked
package io.iworx.eventbus.spi;

import org.jspecify.annotations.NullMarked;
