/**
 * The gateway and other reverse proxies under load. The process of a side is the loader ({@link
 * io.iworx.benchmarks.load.Contender}s such as {@code Saturated}); upstream and proxy are processes
 * below it, and only the proxy's time counts.
 *
 * <p>Start here: {@code Saturated}, then {@code Loader} and {@code Proxies}.
 */
@NullMarked
package io.iworx.benchmarks.gateway;

import org.jspecify.annotations.NullMarked;
