@NullMarked
package io.iworx.correlation;

import org.jspecify.annotations.NullMarked;
