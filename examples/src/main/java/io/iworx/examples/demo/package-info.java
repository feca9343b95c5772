/** The story that {@code iworx demo} plays, each promise checked as it goes. */
@NullMarked
package io.iworx.examples.demo;

import org.jspecify.annotations.NullMarked;
