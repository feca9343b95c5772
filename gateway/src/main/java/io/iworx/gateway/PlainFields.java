package io.iworx.gateway;

import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersEncoder;

/**
 * Fields to header blocks of HTTP/2 without a table of what was sent before, and without Huffman
 * codes. As much as a client may want us to keep, nothing is kept; and callers who share a
 * connection to a service can tell nothing of each other by how long a block is.
 */
final class PlainFields extends DefaultHttp2HeadersEncoder {
  private static final int HUFFMAN_FROM = Integer.MAX_VALUE;

  PlainFields() {
    super(Http2HeadersEncoder.NEVER_SENSITIVE, true, 2, HUFFMAN_FROM);
    maxHeaderTableSize(0);
  }

  @Override
  public void maxHeaderTableSize(long asked) {
    try {
      super.maxHeaderTableSize(0);
    } catch (Http2Exception e) {
      throw new IllegalStateException(e); // zero is always allowed
    }
  }
}
