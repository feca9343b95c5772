package io.iworx.examples.inventory;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.iworx.examples.http.Check;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code /release}.
 *
 * @param workOrderId what the stock was kept for
 * @param organizationId whose stock, where the caller may choose
 */
record ReleaseRequest(
    @JsonProperty("workOrderId") String workOrderId, @Nullable String organizationId) {

  ReleaseRequest {
    Check.text("workOrderId", workOrderId);
  }
}
