package io.iworx.examples.resource;

import io.iworx.examples.http.Json;
import java.util.List;

/** Which members of a row differ, by their names in JSON. */
public final class ChangedFields {
  private ChangedFields() {}

  public static <T extends Record> List<String> between(T before, T after) {
    var was = Json.tree(before);
    return Json.tree(after).properties().stream()
        .filter(member -> !member.getValue().equals(was.get(member.getKey())))
        .map(member -> member.getKey())
        .toList();
  }
}
