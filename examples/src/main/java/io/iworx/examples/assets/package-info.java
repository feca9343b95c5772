/** The asset service: what is maintained, and what was done to it. */
@NullMarked
package io.iworx.examples.assets;

import org.jspecify.annotations.NullMarked;
