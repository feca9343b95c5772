package io.iworx.gateway;

import org.jspecify.annotations.Nullable;

/**
 * The web page that a request comes from, as its browser says.
 *
 * @param cors the route's own rules; null for those of the configuration
 */
record Origin(String text, @Nullable Cors cors) {}
