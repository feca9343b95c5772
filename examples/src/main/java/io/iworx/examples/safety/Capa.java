package io.iworx.examples.safety;

import io.iworx.examples.http.Check;
import io.iworx.examples.http.RowShape;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A corrective or preventive action: what is done about an incident. */
public record Capa(
    UUID id,
    String organizationId,
    @Nullable UUID incidentId,
    String title,
    @Nullable String description,
    Type type,
    Status status,
    @Nullable UUID assignedTo,
    @Nullable Instant dueDate) {

  static final RowShape<Capa> SHAPE =
      RowShape.of(Capa.class, Map.of("type", Type.CORRECTIVE, "status", Status.OPEN));

  /** Whether it repairs what happened or keeps it from happening. */
  public enum Type {
    CORRECTIVE,
    PREVENTIVE
  }

  /** How far it is. */
  public enum Status {
    OPEN,
    IN_PROGRESS,
    COMPLETED
  }

  public Capa {
    Check.text("title", title);
    Check.optionalText("description", description);
    Check.required("type", type);
    Check.required("status", status);
  }
}
