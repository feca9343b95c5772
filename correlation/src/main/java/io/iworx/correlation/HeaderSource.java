package io.iworx.correlation;

import org.jspecify.annotations.Nullable;

/** Where headers are read from: a servlet request, a Netty request, a map. */
@FunctionalInterface
public interface HeaderSource {

  /** The first value of the header, whatever the case of its name; null when it is absent. */
  @Nullable String first(String name);
}
