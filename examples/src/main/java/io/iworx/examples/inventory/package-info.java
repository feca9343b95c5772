/** The inventory service: what is in stock, and for whom it is kept. */
@NullMarked
package io.iworx.examples.inventory;

import org.jspecify.annotations.NullMarked;
