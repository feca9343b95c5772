package io.iworx.examples.http;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import org.jspecify.annotations.Nullable;

/**
 * Whose rows a request may see and make. It asks nothing but the {@link Correlation} in scope:
 * never the body, never a header.
 */
public final class Tenancy {
  private Tenancy() {}

  /** On whose behalf the work at hand is done. */
  public static Identity identity() {
    return Correlation.current().map(Correlation::identity).orElse(Identity.NONE);
  }

  /**
   * The organization a new row belongs to: the caller's own, or with cross-project access the one
   * that was asked for.
   *
   * @throws HttpError 403 when the caller has no organization; 400 when one with cross-project
   *     access did not name any
   */
  public static String ownerOfNewRow(@Nullable String askedFor) {
    var identity = identity();
    if (identity.crossProjectAccess() && askedFor != null) {
      return Check.text("organization_id", askedFor);
    }
    if (identity.organizationId() != null) {
      return identity.organizationId();
    }
    throw identity.crossProjectAccess()
        ? HttpError.badField("organization_id", "is required, since the caller belongs to none")
        : HttpError.forbidden("The caller belongs to no organization and cannot own rows");
  }
}
