/** The snippets of docs/guide/calling-services.md, compiled and run. */
@NullMarked
package io.iworx.serviceclient.guide;

import org.jspecify.annotations.NullMarked;
