/**
 * Steps and compensations that survive a crash. Start with {@code Sagas}; a saga's body is written
 * against {@code Saga}.
 */
@NullMarked
package io.iworx.sagas;

import org.jspecify.annotations.NullMarked;
