/** The safety service: what went wrong, and what is done so that it does not happen again. */
@NullMarked
package io.iworx.examples.safety;

import org.jspecify.annotations.NullMarked;
