/**
 * HTTP and JSON for the example services: a {@link io.iworx.examples.http.Router}, the {@link
 * io.iworx.examples.http.HttpServer} it runs on, and errors as the platform's contract has them.
 */
@NullMarked
package io.iworx.examples.http;

import org.jspecify.annotations.NullMarked;
