package io.iworx.gateway;

import org.jspecify.annotations.Nullable;

/** The head of a service's answer, on its way to the client. */
public interface FilterAnswer {

  int status();

  /** The first value of a header; null when there is none. Names in any case. */
  @Nullable String header(String name);

  /**
   * Sets a header, in place of those there are.
   *
   * @throws IllegalArgumentException when the name or value is no header, or the header is the
   *     gateway's: framing, connection and correlation
   */
  void setHeader(String name, String value);

  /**
   * Takes a header away.
   *
   * @throws IllegalArgumentException as {@link #setHeader}
   */
  void removeHeader(String name);
}
