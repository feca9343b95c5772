/** The context over Jakarta Servlet: {@link io.iworx.correlation.servlet.CorrelationFilter}. */
@NullMarked
package io.iworx.correlation.servlet;

import org.jspecify.annotations.NullMarked;
