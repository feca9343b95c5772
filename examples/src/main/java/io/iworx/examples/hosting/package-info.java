/** How an example service is put together from what its host gives it. */
@NullMarked
package io.iworx.examples.hosting;

import org.jspecify.annotations.NullMarked;
