/**
 * Call another service by name, through the gateway. Start with {@link
 * io.iworx.serviceclient.ServiceClient}; what comes back is an {@link
 * io.iworx.serviceclient.Outcome}, a value to switch over.
 */
@NullMarked
package io.iworx.serviceclient;

import org.jspecify.annotations.NullMarked;
