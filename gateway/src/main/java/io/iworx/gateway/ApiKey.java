package io.iworx.gateway;

import io.iworx.correlation.Identity;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a key in the header {@code apikey}. The key itself is nowhere: only its hash is known.
 *
 * @param sha256 the SHA-256 of the key's UTF-8 bytes, 64 hexadecimal digits
 * @param service the service that it makes the caller; null where it makes a user of it
 * @param user the user on whose behalf requests are made; null for none
 * @param organization whose rows are visible; null for none
 * @param roles what a route may require
 */
public record ApiKey(
    String sha256,
    @Nullable String service,
    @Nullable String user,
    @Nullable String organization,
    Set<String> roles) {

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern NAME = Pattern.compile("[\\x21-\\x2b\\x2d-\\x7e]{1,256}");

  /**
   * Checks each part.
   *
   * @throws IllegalArgumentException with a sentence, when one cannot be used
   */
  public ApiKey {
    sha256 = sha256.toLowerCase(Locale.ROOT);
    if (!HASH.matcher(sha256).matches()) {
      throw new IllegalArgumentException(
          "sha256 must be the key's SHA-256 in 64 hexadecimal digits, as sha256sum prints them.");
    }
    if (service == null && user == null) {
      throw new IllegalArgumentException("must name a service or a user.");
    }
    check(service);
    check(user);
    check(organization);
    roles = Set.copyOf(roles);
  }

  private static void check(@Nullable String name) {
    if (name != null && !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "service, user and organization must be visible ASCII without commas.");
    }
  }

  Identity identity() {
    return Identity.of(user, organization);
  }
}
