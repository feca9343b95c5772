/** The admin API beside the gateway. */
@NullMarked
package io.iworx.console;

import org.jspecify.annotations.NullMarked;
