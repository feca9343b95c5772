/** The platform's five services, small. */
@NullMarked
package io.iworx.examples;

import org.jspecify.annotations.NullMarked;
