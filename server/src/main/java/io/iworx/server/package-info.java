/** The iworx program. */
@NullMarked
package io.iworx.server;

import org.jspecify.annotations.NullMarked;
