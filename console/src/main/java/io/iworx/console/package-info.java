/**
 * The admin API beside the gateway: health, traces, events, subscriptions, routes, and what is
 * wrong. It listens on this machine only and is never reachable through the gateway. Start with
 * {@link io.iworx.console.Console}.
 */
@NullMarked
package io.iworx.console;

import org.jspecify.annotations.NullMarked;
