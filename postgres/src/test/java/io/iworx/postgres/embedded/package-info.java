@NullMarked
package io.iworx.postgres.embedded;

import org.jspecify.annotations.NullMarked;
