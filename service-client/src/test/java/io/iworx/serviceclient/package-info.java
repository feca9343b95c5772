@NullMarked
package io.iworx.serviceclient;

import org.jspecify.annotations.NullMarked;
