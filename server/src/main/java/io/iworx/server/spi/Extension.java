package io.iworx.server.spi;

import java.util.List;

/** Something the iworx program finds on its class path by {@link java.util.ServiceLoader}. */
public interface Extension {

  /** Services that {@code up} hosts in its own process. */
  List<HostedService> services();

  /** Further commands: objects of picocli {@code @Command} classes. */
  List<Object> commands();
}
