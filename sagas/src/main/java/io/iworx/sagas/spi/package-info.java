/**
 * The port to where sagas are kept: {@link io.iworx.sagas.spi.SagaStore}, and what is read from and
 * written to it.
 */
@NullMarked
package io.iworx.sagas.spi;

import org.jspecify.annotations.NullMarked;
