package io.iworx.gateway;

import io.iworx.correlation.Identity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request as a filter sees it: verified, with its route, its body not read yet. */
public interface FilterRequest {

  /** {@code GET}, {@code POST} … */
  String method();

  /** The path in the form it is matched and forwarded in: {@code /api/assets/1}. */
  String path();

  /** What comes after {@code ?}, as sent; null when there is none. */
  @Nullable String query();

  /** The service that the route leads to. */
  String service();

  /** The client's address, without a port. */
  String clientAddress();

  String correlationId();

  /** Who calls: a service's name, or {@code external}. */
  String callingService();

  /** On whose behalf, as far as it was proved. */
  Identity identity();

  /** The first value of a header; null when there is none. Names in any case. */
  @Nullable String header(String name);

  /** All values of a header. */
  List<String> headers(String name);

  /**
   * Sets a header of the request as the service gets it, in place of those there are.
   *
   * @throws IllegalArgumentException when the name or value is no header, or the header is the
   *     gateway's: framing, connection, identity and correlation
   */
  void setHeader(String name, String value);

  /**
   * Takes a header away.
   *
   * @throws IllegalArgumentException as {@link #setHeader}
   */
  void removeHeader(String name);
}
