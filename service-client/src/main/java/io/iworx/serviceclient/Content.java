package io.iworx.serviceclient;

/** An encoded body with its media type. */
final class Content {
  private final String mediaType;
  private final byte[] octets;

  Content(String mediaType, byte[] octets) {
    this.mediaType = mediaType;
    this.octets = octets;
  }

  String mediaType() {
    return mediaType;
  }

  byte[] octets() {
    return octets;
  }
}
