@NullMarked
package io.iworx.examples.storage;

import org.jspecify.annotations.NullMarked;
