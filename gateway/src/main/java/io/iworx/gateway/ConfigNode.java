package io.iworx.gateway;

import java.util.List;
import java.util.Map;

/** A piece of a configuration file that still knows its line. */
sealed interface ConfigNode {
  int line();

  /** Keys with their values. */
  record Mapping(int line, Map<String, ConfigNode> entries) implements ConfigNode {}

  /** A list. */
  record Sequence(int line, List<ConfigNode> items) implements ConfigNode {}

  /** A text, number or boolean, as written; empty for a key without a value. */
  record Scalar(int line, String text) implements ConfigNode {}
}
