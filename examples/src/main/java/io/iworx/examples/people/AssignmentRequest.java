package io.iworx.examples.people;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.iworx.examples.http.Check;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /assignments} and {@code POST /assignments/withdraw}.
 *
 * @param personId who; not needed to withdraw
 * @param workOrderId for what
 * @param organizationId whose person, where the caller may choose
 */
record AssignmentRequest(
    @Nullable UUID personId,
    @JsonProperty("workOrderId") String workOrderId,
    @Nullable String organizationId) {

  AssignmentRequest {
    Check.text("workOrderId", workOrderId);
  }
}
