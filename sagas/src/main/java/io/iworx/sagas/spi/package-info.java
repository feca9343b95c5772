/** The port to where sagas are kept. */
@NullMarked
package io.iworx.sagas.spi;

import org.jspecify.annotations.NullMarked;
