package io.iworx.server;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** JSON that a user typed. */
final class JsonText {
  private JsonText() {}

  /**
   * @throws CommandException when it is anything but a JSON object
   */
  static ObjectNode object(String what, String text) {
    try {
      if (AdminClient.JSON.readTree(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      throw CommandException.unusable(
          "The %s is not JSON: %s".formatted(what, e.getOriginalMessage()));
    }
    throw CommandException.unusable("The %s is not a JSON object.".formatted(what));
  }
}
