package io.iworx.gateway;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One mapping of a configuration file: typed access, each error with line and key. */
final class ConfigSection {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})(B|KiB|MiB|GiB)?");

  private final String source;
  private final String key;
  private final int line;
  private final Map<String, ConfigNode> entries;

  private ConfigSection(String source, String key, int line, Map<String, ConfigNode> entries) {
    this.source = source;
    this.key = key;
    this.line = line;
    this.entries = entries;
  }

  /** Keys that are read in one place and some more that are read in another. */
  static Set<String> keys(Set<String> some, String... more) {
    var all = new HashSet<>(some);
    all.addAll(List.of(more));
    return Set.copyOf(all);
  }

  /** The section, which may have these keys and no others. */
  static ConfigSection of(String source, String key, ConfigNode node, Set<String> known) {
    if (!(node instanceof ConfigNode.Mapping mapping)) {
      throw new ConfigException(source, node.line(), key, "must hold keys: " + sorted(known) + ".");
    }
    var section = new ConfigSection(source, key, node.line(), mapping.entries());
    for (var entry : mapping.entries().entrySet()) {
      if (!known.contains(entry.getKey())) {
        throw section.wrong(
            entry.getKey(),
            entry.getValue().line(),
            "is not known here; known are " + sorted(known) + ".");
      }
    }
    return section;
  }

  /** A section inside this one; empty when the key is absent. */
  ConfigSection section(String name, Set<String> known) {
    var node = entries.get(name);
    return node == null
        ? new ConfigSection(source, path(name), line, Map.of())
        : of(source, path(name), node, known);
  }

  /** The sections in a list; none when the key is absent. */
  List<ConfigSection> sections(String name, Set<String> known) {
    var sections = new ArrayList<ConfigSection>();
    for (var item : items(name)) {
      sections.add(of(source, path(name) + "[" + sections.size() + "]", item, known));
    }
    return sections;
  }

  List<String> texts(String name) {
    var texts = new ArrayList<String>();
    for (var item : items(name)) {
      if (!(item instanceof ConfigNode.Scalar scalar)) {
        throw wrong(name, item.line(), "must be a list of texts.");
      }
      texts.add(scalar.text());
    }
    return texts;
  }

  /** Names and a text for each; none when the key is absent. */
  Map<String, String> pairs(String name) {
    var node = entries.get(name);
    if (node == null) {
      return Map.of();
    }
    if (!(node instanceof ConfigNode.Mapping mapping)) {
      throw wrong(name, node.line(), "must hold names, each with a text.");
    }
    var pairs = new LinkedHashMap<String, String>();
    mapping
        .entries()
        .forEach(
            (key, value) -> {
              if (!(value instanceof ConfigNode.Scalar scalar) || scalar.text().isBlank()) {
                throw wrong(name, value.line(), "must have a text for " + key + ".");
              }
              pairs.put(key, scalar.text());
            });
    return pairs;
  }

  private List<ConfigNode> items(String name) {
    return switch (entries.get(name)) {
      case null -> List.of();
      case ConfigNode.Sequence sequence -> sequence.items();
      case ConfigNode.Mapping mapping -> throw wrong(name, mapping.line(), "must be a list.");
      case ConfigNode.Scalar scalar -> throw wrong(name, scalar.line(), "must be a list.");
    };
  }

  boolean has(String name) {
    return entries.containsKey(name);
  }

  @Nullable String text(String name) {
    return switch (entries.get(name)) {
      case null -> null;
      case ConfigNode.Scalar scalar when !scalar.text().isBlank() -> scalar.text();
      case ConfigNode node -> throw wrong(name, node.line(), "must be a text.");
    };
  }

  String text(String name, String otherwise) {
    var text = text(name);
    return text == null ? otherwise : text;
  }

  String required(String name) {
    var text = text(name);
    if (text == null) {
      throw new ConfigException(source, line, path(name), "is missing.");
    }
    return text;
  }

  boolean flag(String name, boolean otherwise) {
    var text = text(name);
    if (text == null) {
      return otherwise;
    }
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(name, "must be true or false but is " + text + ".");
    };
  }

  int number(String name, int otherwise) {
    var text = text(name);
    try {
      return text == null ? otherwise : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw wrong(name, "must be a whole number but is " + text + ".");
    }
  }

  /** A share from 0 to 1. */
  double share(String name, double otherwise) {
    var text = text(name);
    try {
      return text == null ? otherwise : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw wrong(name, "must be a share from 0 to 1 but is " + text + ".");
    }
  }

  /** A number of hundredths, with or without the sign. */
  int percent(String name, int otherwise) {
    var text = text(name);
    if (text == null || !text.endsWith("%")) {
      return number(name, otherwise);
    }
    try {
      return Integer.parseInt(text.substring(0, text.length() - 1).strip());
    } catch (NumberFormatException e) {
      throw wrong(name, "must be a percentage such as 20% but is " + text + ".");
    }
  }

  Duration duration(String name, Duration otherwise) {
    var duration = duration(name);
    return duration == null ? otherwise : duration;
  }

  @Nullable Duration duration(String name) {
    var text = text(name);
    if (text == null) {
      return null;
    }
    var match = DURATION.matcher(text);
    if (!match.matches()) {
      throw wrong(name, "must be a duration such as 500ms, 30s, 2m or 1h but is " + text + ".");
    }
    var amount = Long.parseLong(match.group(1));
    return switch (match.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  /** A number of bytes, or {@link Long#MAX_VALUE} for {@code unlimited}. */
  long size(String name, long otherwise) {
    var text = text(name);
    if (text == null) {
      return otherwise;
    }
    if (text.equals("unlimited")) {
      return Long.MAX_VALUE;
    }
    var match = SIZE.matcher(text);
    if (!match.matches()) {
      throw wrong(name, "must be a size such as 512B, 16KiB or 10MiB but is " + text + ".");
    }
    var amount = Long.parseLong(match.group(1));
    return switch (match.group(2)) {
      case "KiB" -> amount << 10;
      case "MiB" -> amount << 20;
      case "GiB" -> amount << 30;
      case null, default -> amount;
    };
  }

  int smallSize(String name, int otherwise) {
    return (int) Math.min(Integer.MAX_VALUE, size(name, otherwise));
  }

  @Nullable URI url(String name) {
    var text = text(name);
    return text == null ? null : url(name, text);
  }

  /** The URLs in a list; none when the key is absent. */
  List<URI> urls(String name) {
    return texts(name).stream().map(it -> url(name, it)).toList();
  }

  private URI url(String name, String text) {
    try {
      var url = new URI(text);
      Route.checkTarget(url);
      return url;
    } catch (URISyntaxException e) {
      throw wrong(name, "is not a URL: " + text + ".");
    } catch (IllegalArgumentException e) {
      throw wrong(name, e.getMessage() + " It is " + text + ".");
    }
  }

  /** Makes a checked value; what its check refuses is reported for this key. */
  <T> T checked(String name, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw wrong(name, String.valueOf(e.getMessage()));
    }
  }

  ConfigException wrong(String name, String sentence) {
    var node = entries.get(name);
    return wrong(name, node == null ? line : node.line(), sentence);
  }

  private ConfigException wrong(String name, int atLine, String sentence) {
    return new ConfigException(source, atLine, path(name), sentence);
  }

  private String path(String name) {
    if (name.isEmpty()) {
      return key;
    }
    return key.isEmpty() ? name : key + "." + name;
  }

  private static String sorted(Set<String> names) {
    return String.join(", ", names.stream().sorted().toList());
  }
}
