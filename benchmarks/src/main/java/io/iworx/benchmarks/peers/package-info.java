/** Those the bus is compared with, each set up as its own documentation recommends for speed. */
@NullMarked
package io.iworx.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
