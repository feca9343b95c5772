/** The gateway's ports: what it keeps outside of its own process. */
@NullMarked
package io.iworx.gateway.spi;

import org.jspecify.annotations.NullMarked;
