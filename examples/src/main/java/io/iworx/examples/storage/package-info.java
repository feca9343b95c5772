/**
 * Rows of the example services in PostgreSQL: their {@link io.iworx.examples.storage.Database} and
 * the ordinary statements of a {@link io.iworx.examples.storage.Table}, which show a caller nothing
 * of other organizations.
 */
@NullMarked
package io.iworx.examples.storage;

import org.jspecify.annotations.NullMarked;
