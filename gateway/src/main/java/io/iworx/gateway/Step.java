package io.iworx.gateway;

/**
 * One thing the gateway does to each request before it is forwarded. On the event loop: never
 * blocks.
 */
@FunctionalInterface
interface Step {
  Verdict apply(Exchange exchange);
}
