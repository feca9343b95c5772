/** Every port in PostgreSQL, and its migrations. */
@NullMarked
package io.iworx.postgres;

import org.jspecify.annotations.NullMarked;
