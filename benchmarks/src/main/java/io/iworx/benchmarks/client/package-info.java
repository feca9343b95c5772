/** The service client and the engine below it, calling the upstream of the gateway's benchmark. */
@NullMarked
package io.iworx.benchmarks.client;

import org.jspecify.annotations.NullMarked;
