@NullMarked
package io.iworx.torture;

import org.jspecify.annotations.NullMarked;
