/**
 * A PostgreSQL server that comes along: unpacked, started and stopped with the process that needs
 * it, durable like any other.
 */
@NullMarked
package io.iworx.postgres.embedded;

import org.jspecify.annotations.NullMarked;
