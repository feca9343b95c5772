package io.iworx.gateway;

import io.netty.handler.ssl.SslContext;

/** How connections to targets are encrypted, by what is to be spoken on them. */
record TargetTls(SslContext http1, SslContext http2) {}
