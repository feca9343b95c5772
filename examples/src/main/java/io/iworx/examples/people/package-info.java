/** The people service: who does the work, and what they can do. */
@NullMarked
package io.iworx.examples.people;

import org.jspecify.annotations.NullMarked;
