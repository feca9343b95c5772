@NullMarked
package io.iworx.examples.http;

import org.jspecify.annotations.NullMarked;
