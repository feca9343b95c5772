package io.iworx.server;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    var version = Iworx.class.getPackage().getImplementationVersion();
    return new String[] {
      "iworx " + (version == null ? "development" : version),
      "build " + System.getProperty("iworx.build", "none") + ", Java " + Runtime.version()
    };
  }
}
