package io.iworx.torture;

import io.iworx.server.spi.Extension;
import io.iworx.server.spi.HostedService;
import java.util.List;

/** Adds the command {@code torture} to the iworx program. */
public final class TortureExtension implements Extension {
  @Override
  public List<HostedService> services() {
    return List.of();
  }

  @Override
  public List<Object> commands() {
    return List.of(new TortureCommand());
  }
}
