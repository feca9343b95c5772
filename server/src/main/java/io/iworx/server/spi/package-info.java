/**
 * What other modules add to the iworx program: hosted services and commands, found by {@link
 * java.util.ServiceLoader}.
 */
@NullMarked
package io.iworx.server.spi;

import org.jspecify.annotations.NullMarked;
