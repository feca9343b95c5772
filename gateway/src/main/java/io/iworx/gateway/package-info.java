/** Routes, filters, upstreams: an embeddable reverse proxy on Netty. */
@NullMarked
package io.iworx.gateway;

import org.jspecify.annotations.NullMarked;
