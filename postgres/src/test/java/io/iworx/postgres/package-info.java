@NullMarked
package io.iworx.postgres;

import org.jspecify.annotations.NullMarked;
