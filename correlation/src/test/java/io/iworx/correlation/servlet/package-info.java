@NullMarked
package io.iworx.correlation.servlet;

import org.jspecify.annotations.NullMarked;
