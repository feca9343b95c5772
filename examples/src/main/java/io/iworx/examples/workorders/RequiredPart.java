package io.iworx.examples.workorders;

import io.iworx.examples.http.Check;
import java.util.UUID;

/** So many of one inventory item that a work order needs. */
public record RequiredPart(UUID itemId, int quantity) {
  private static final int MOST = 1_000_000;

  public RequiredPart {
    Check.required("required_parts.item_id", itemId);
    Check.between("required_parts.quantity", 1, MOST, quantity);
  }
}
