package io.iworx.examples.assets;

import io.iworx.examples.http.Check;
import io.iworx.examples.http.HttpError;
import io.iworx.examples.http.RowShape;
import java.math.BigDecimal;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that is maintained.
 *
 * @param healthScore 0 to 100; null when never measured
 */
public record Asset(
    UUID id,
    String organizationId,
    String name,
    @Nullable String assetNumber,
    @Nullable String type,
    String status,
    Criticality criticality,
    @Nullable BigDecimal healthScore) {

  static final RowShape<Asset> SHAPE =
      RowShape.of(Asset.class, Map.of("status", "operational", "criticality", Criticality.MEDIUM));

  private static final BigDecimal BEST = BigDecimal.valueOf(100);

  /** How bad it is when it fails. */
  public enum Criticality {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL
  }

  public Asset {
    Check.text("name", name);
    Check.optionalText("asset_number", assetNumber);
    Check.optionalText("type", type);
    Check.text("status", status);
    Check.required("criticality", criticality);
    if (healthScore != null && (healthScore.signum() < 0 || healthScore.compareTo(BEST) > 0)) {
      throw HttpError.badField("health_score", "must be between 0 and 100");
    }
  }
}
