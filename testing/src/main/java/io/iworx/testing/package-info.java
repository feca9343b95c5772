/** In-memory adapters and the contract suites of the ports. */
@NullMarked
package io.iworx.testing;

import org.jspecify.annotations.NullMarked;
