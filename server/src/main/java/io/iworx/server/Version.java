package io.iworx.server;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
  /** The number of the release. */
  static String number() {
    var version = Iworx.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "iworx " + number(),
      "build " + System.getProperty("iworx.build", "none") + ", Java " + Runtime.version()
    };
  }
}
