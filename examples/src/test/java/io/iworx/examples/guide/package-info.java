/** The code that README and docs/guide show: compiled here, run by the tests beside it. */
@NullMarked
package io.iworx.examples.guide;

import org.jspecify.annotations.NullMarked;
