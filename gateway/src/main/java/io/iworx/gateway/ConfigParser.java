package io.iworx.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** YAML text to {@link ConfigNode}s: refuses what would be read twice or silently dropped. */
final class ConfigParser {
  private static final YAMLMapper YAML = new YAMLMapper();

  private final String source;
  private final JsonParser tokens;

  private ConfigParser(String source, JsonParser tokens) {
    this.source = source;
    this.tokens = tokens;
  }

  static ConfigNode parse(String yaml, String source) {
    try (var tokens = YAML.createParser(yaml)) {
      var parser = new ConfigParser(source, tokens);
      if (tokens.nextToken() == null) {
        throw new ConfigException(source, 1, "", "The file is empty; it needs at least routes.");
      }
      var root = parser.node("");
      if (tokens.nextToken() != null) {
        throw new ConfigException(
            source, parser.line(), "", "The file has a second document; keep one.");
      }
      return root;
    } catch (JacksonException e) {
      var line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      var reason = Objects.requireNonNullElse(e.getOriginalMessage(), "").lines().findFirst();
      throw new ConfigException(
          source, line, "", "This is not valid YAML: " + reason.orElse("unreadable") + ".", e);
    }
  }

  private ConfigNode node(String key) {
    return switch (tokens.currentToken()) {
      case START_OBJECT -> mapping(key);
      case START_ARRAY -> sequence(key);
      case VALUE_NULL -> new ConfigNode.Scalar(line(), "");
      default -> new ConfigNode.Scalar(line(), tokens.getString());
    };
  }

  private ConfigNode mapping(String key) {
    var line = line();
    var entries = new LinkedHashMap<String, ConfigNode>();
    while (tokens.nextToken() != JsonToken.END_OBJECT) {
      var name = tokens.currentName();
      var path = key.isEmpty() ? name : key + "." + name;
      var nameLine = line();
      tokens.nextToken();
      if (entries.put(name, node(path)) != null) {
        throw new ConfigException(source, nameLine, path, "is there twice; keep one.");
      }
    }
    return new ConfigNode.Mapping(line, entries);
  }

  private ConfigNode sequence(String key) {
    var line = line();
    var items = new ArrayList<ConfigNode>();
    while (tokens.nextToken() != JsonToken.END_ARRAY) {
      items.add(node(key + "[" + items.size() + "]"));
    }
    return new ConfigNode.Sequence(line, items);
  }

  private int line() {
    return tokens.currentTokenLocation().getLineNr();
  }
}
