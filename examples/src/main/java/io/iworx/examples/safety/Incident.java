package io.iworx.examples.safety;

import io.iworx.examples.http.Check;
import io.iworx.examples.http.RowShape;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that went wrong.
 *
 * @param findings what the investigation found; null before
 */
public record Incident(
    UUID id,
    String organizationId,
    String title,
    @Nullable String description,
    Severity severity,
    Status status,
    @Nullable UUID assetId,
    @Nullable Instant occurredAt,
    @Nullable String findings) {

  static final RowShape<Incident> SHAPE =
      RowShape.of(Incident.class, Map.of("severity", Severity.MEDIUM, "status", Status.REPORTED));

  /** How bad it was. */
  public enum Severity {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL
  }

  /** How far its investigation is. */
  public enum Status {
    REPORTED,
    INVESTIGATING,
    INVESTIGATED,
    CLOSED
  }

  public Incident {
    Check.text("title", title);
    Check.optionalText("description", description);
    Check.optionalText("findings", findings);
    Check.required("severity", severity);
    Check.required("status", status);
  }
}
