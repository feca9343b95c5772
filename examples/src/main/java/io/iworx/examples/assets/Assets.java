package io.iworx.examples.assets;

import io.iworx.examples.storage.Table;

/** The rows of assets. */
final class Assets {
  static final Table<Asset> TABLE = Table.of("assets.assets", Asset.class);

  private Assets() {}
}
