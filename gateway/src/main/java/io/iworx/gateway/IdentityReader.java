package io.iworx.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parts of the configuration file that say who else callers may be, and how services are told.
 */
final class IdentityReader {
  private static final Set<String> IDENTITY = Set.of("lookup", "key-file");
  private static final Set<String> API_KEY =
      Set.of("sha256", "service", "user", "organization", "roles");
  private static final String PEM = "-----(BEGIN|END) PRIVATE KEY-----|\\s";

  private final ConfigSection root;
  private final Path folder;

  IdentityReader(ConfigSection root, Path folder) {
    this.root = root;
    this.folder = folder;
  }

  Auth read(ConfigSection auth, Auth plain) {
    var keys = auth.sections("api-keys", API_KEY).stream().map(IdentityReader::apiKey).toList();
    var withKeys = auth.checked("api-keys", () -> plain.withApiKeys(keys));
    var identity = root.section("identity", IDENTITY);
    var withLookup = identity.checked("lookup", () -> withKeys.withLookup(identity.text("lookup")));
    return identity.checked("key-file", () -> withLookup.withIdentityKey(key(identity)));
  }

  private static ApiKey apiKey(ConfigSection section) {
    var hash = section.required("sha256");
    return section.checked(
        "",
        () ->
            new ApiKey(
                hash,
                section.text("service"),
                section.text("user"),
                section.text("organization"),
                Set.copyOf(section.has("roles") ? section.texts("roles") : List.of())));
  }

  private @Nullable PrivateKey key(ConfigSection identity) {
    var file = identity.text("key-file");
    if (file == null) {
      return null;
    }
    try {
      var bytes =
          Base64.getDecoder().decode(Files.readString(folder.resolve(file)).replaceAll(PEM, ""));
      return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(bytes));
    } catch (IOException e) {
      throw identity.wrong("key-file", "names a file that cannot be read: " + file + ".");
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw identity.wrong(
          "key-file",
          "must name a PEM file with an Ed25519 key, as 'openssl genpkey -algorithm ed25519' makes"
              + " it; it is "
              + file
              + ".");
    }
  }
}
