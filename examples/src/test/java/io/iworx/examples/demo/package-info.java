@NullMarked
package io.iworx.examples.demo;

import org.jspecify.annotations.NullMarked;
