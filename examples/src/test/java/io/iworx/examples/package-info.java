@NullMarked
package io.iworx.examples;

import org.jspecify.annotations.NullMarked;
