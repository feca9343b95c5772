package io.iworx.examples.http;

import java.util.Map;
import java.util.Set;

/**
 * How a row comes from a body.
 *
 * @param type the row
 * @param defaults what members have that a body leaves out, by their names in JSON
 * @param ours members a body never sets, besides {@code id} and {@code organization_id}
 * @param fixed members a body sets for a new row only
 */
public record RowShape<T extends Record>(
    Class<T> type, Map<String, ?> defaults, Set<String> ours, Set<String> fixed) {

  public static <T extends Record> RowShape<T> of(Class<T> type, Map<String, ?> defaults) {
    return new RowShape<>(type, defaults, Set.of(), Set.of());
  }

  public RowShape<T> withOurs(String... members) {
    return new RowShape<>(type, defaults, Set.of(members), fixed);
  }

  public RowShape<T> withFixed(String... members) {
    return new RowShape<>(type, defaults, ours, Set.of(members));
  }
}
