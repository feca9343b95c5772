package io.iworx.correlation;

import org.jspecify.annotations.Nullable;

/**
 * On whose behalf work is done. It is only as good as its source: the gateway sets it from a
 * verified token, services take it from the gateway.
 *
 * @param userId the user; null when no user is involved
 * @param organizationId the organization whose rows are visible; null when none is known
 * @param crossProjectAccess whether rows of other organizations are visible too
 */
public record Identity(
    @Nullable String userId, @Nullable String organizationId, boolean crossProjectAccess) {

  /** Nobody: no user, no organization, no cross-project access. */
  public static final Identity NONE = new Identity(null, null, false);

  /** A user of an organization without cross-project access. */
  public static Identity of(@Nullable String userId, @Nullable String organizationId) {
    return new Identity(userId, organizationId, false);
  }

  /**
   * Whether a row of the given organization is visible. A row without an organization is visible to
   * cross-project access only.
   */
  public boolean sees(@Nullable String rowOrganizationId) {
    return crossProjectAccess
        || (organizationId != null && organizationId.equals(rowOrganizationId));
  }
}
