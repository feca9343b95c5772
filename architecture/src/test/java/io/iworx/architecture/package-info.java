/** The rules of the house, as tests over all modules. */
@NullMarked
package io.iworx.architecture;

import org.jspecify.annotations.NullMarked;
