package io.iworx.examples.workorders;

import io.iworx.examples.http.Check;
import io.iworx.examples.http.RowShape;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something to be done to an asset. One that exists is valid: every way in goes through the checks
 * here.
 *
 * @param assignedTechnician the person who does it; null when nobody is chosen
 * @param requiredParts reserved when the work order is opened
 */
public record WorkOrder(
    UUID id,
    String organizationId,
    UUID assetId,
    String title,
    @Nullable String description,
    MaintenanceType maintenanceType,
    Priority priority,
    Status status,
    @Nullable Instant scheduledDate,
    @Nullable BigDecimal estimatedDurationHours,
    @Nullable BigDecimal estimatedCost,
    @Nullable UUID assignedTechnician,
    @Nullable String notes,
    List<RequiredPart> requiredParts) {

  static final RowShape<WorkOrder> SHAPE =
      RowShape.of(
              WorkOrder.class,
              Map.of(
                  "maintenance_type", MaintenanceType.CORRECTIVE,
                  "priority", Priority.MEDIUM,
                  "status", Status.SCHEDULED,
                  "required_parts", List.of()))
          .withFixed("required_parts");

  /** Why it is done. */
  public enum MaintenanceType {
    PREVENTIVE,
    CORRECTIVE,
    PREDICTIVE,
    EMERGENCY
  }

  /** How urgent it is. */
  public enum Priority {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL
  }

  /** How far it is. */
  public enum Status {
    SCHEDULED,
    IN_PROGRESS,
    COMPLETED,
    CANCELLED
  }

  public WorkOrder {
    Check.required("asset_id", assetId);
    Check.text("title", title);
    Check.optionalText("description", description);
    Check.required("maintenance_type", maintenanceType);
    Check.required("priority", priority);
    Check.required("status", status);
    Check.optionalAmount("estimated_duration_hours", estimatedDurationHours);
    Check.optionalAmount("estimated_cost", estimatedCost);
    Check.optionalText("notes", notes);
    requiredParts = Check.list("required_parts", requiredParts);
  }

  /** Whether work on it may still happen. */
  boolean isOpen() {
    return status == Status.SCHEDULED || status == Status.IN_PROGRESS;
  }
}
