package io.iworx.console;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Hides secrets in JSON that is shown: the values of members whose name, in whatever spelling,
 * contains one of {@link #NAMES}. What is stored stays as it is.
 */
final class Masking {
  static final List<String> NAMES =
      List.of(
          "password",
          "passphrase",
          "secret",
          "token",
          "credential",
          "authorization",
          "apikey",
          "privatekey",
          "cookie");

  static final String MASK = "•••";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Masking() {}

  /** The same JSON without its secrets; a text that is no JSON as it is. */
  static @Nullable String masked(@Nullable String json) {
    if (json == null || NAMES.stream().noneMatch(plain(json)::contains)) {
      return json;
    }
    try {
      var tree = JSON.readTree(json);
      hide(tree);
      return tree.toString();
    } catch (JacksonException e) {
      return json;
    }
  }

  private static void hide(JsonNode node) {
    switch (node) {
      case ObjectNode object ->
          object
              .properties()
              .forEach(
                  member -> {
                    if (isSecret(member.getKey()) && !member.getValue().isNull()) {
                      object.put(member.getKey(), MASK);
                    } else {
                      hide(member.getValue());
                    }
                  });
      case ArrayNode array -> array.forEach(Masking::hide);
      default -> {}
    }
  }

  private static boolean isSecret(String member) {
    return NAMES.stream().anyMatch(plain(member)::contains);
  }

  /** Without what differs between {@code apiKey}, {@code api_key} and {@code API-Key}. */
  private static String plain(String text) {
    return text.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
  }
}
