package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The API keys that are configured, found by their hash: how long it takes tells nobody a key. */
final class ApiKeys {
  private static final String HEADER = "apikey";
  private static final int MOST_CHARACTERS = 512;

  private final Map<String, ApiKey> byHash;

  ApiKeys(List<ApiKey> keys) {
    this.byHash = keys.stream().collect(Collectors.toMap(ApiKey::sha256, Function.identity()));
  }

  /** The key of a request; null when it has none that is known, or more than one. */
  @Nullable ApiKey find(HttpHeaders headers) {
    if (byHash.isEmpty()) {
      return null;
    }
    var values = headers.getAll(HEADER);
    return values.size() == 1 && values.getFirst().length() <= MOST_CHARACTERS
        ? byHash.get(sha256(values.getFirst()))
        : null;
  }

  static String sha256(String key) {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }
}
