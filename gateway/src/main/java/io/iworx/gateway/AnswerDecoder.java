package io.iworx.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;

/** A target's bytes to answers; ambiguous framing is no answer at all. */
final class AnswerDecoder extends HttpResponseDecoder {
  private static final int MAX_LINE = 8 << 10;
  private static final int MAX_HEADER = 64 << 10;
  private static final int MAX_PIECE = 64 << 10;

  private boolean headOnly;
  private boolean received;

  AnswerDecoder() {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE)
            .setMaxHeaderSize(MAX_HEADER)
            .setMaxChunkSize(MAX_PIECE)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true)
            .setAllowDuplicateContentLengths(false));
  }

  /** A request was sent: the next bytes are its answer. */
  void expect(boolean newHeadOnly) {
    headOnly = newHeadOnly;
    received = false;
  }

  /** Whether bytes came that belong to no answer, such as a body after an answer to HEAD. */
  boolean hasLeftovers() {
    return actualReadableBytes() > 0;
  }

  /** Whether any byte of the answer came. */
  boolean received() {
    return received;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object bytes) throws Exception {
    received = true;
    super.channelRead(ctx, bytes);
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    var interim =
        message instanceof HttpResponse answer
            && answer.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    return (headOnly && !interim) || super.isContentAlwaysEmpty(message);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("Both transfer-encoding and content-length.");
  }
}
