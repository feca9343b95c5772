/** A noun of a service over HTTP: list, get, create, update, delete. */
@NullMarked
package io.iworx.examples.resource;

import org.jspecify.annotations.NullMarked;
