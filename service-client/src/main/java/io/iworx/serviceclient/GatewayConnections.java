package io.iworx.serviceclient;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.DefaultClientConnectionReuseStrategy;
import org.apache.hc.client5.http.impl.DefaultConnectionKeepAliveStrategy;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The pool of connections to the gateway. It drives Apache's pool and protocol engine directly, so
 * that there are no redirects, cookies, authentication, proxies, compression or retries that the
 * platform did not ask for.
 */
final class GatewayConnections {

  /** An idle connection is looked at before use: the gateway may have closed it meanwhile. */
  private static final TimeValue LOOK_AFTER = TimeValue.ofSeconds(1);

  /** How long an idle connection is kept when the gateway says nothing about it. */
  private static final TimeValue KEEP_ALIVE = TimeValue.ofSeconds(30);

  private static final int MAX_HEADERS = 200;
  private static final int MAX_HEADER_LENGTH = 16 * 1024;
  private static final String USER_AGENT = "iworx-service-client";

  private final ClientSettings settings;
  private final PoolingHttpClientConnectionManager pool;
  private final HttpRequestExecutor protocol =
      new HttpRequestExecutor(DefaultClientConnectionReuseStrategy.INSTANCE);
  private final RequestConfig requestConfig =
      RequestConfig.custom()
          .setConnectionKeepAlive(KEEP_ALIVE)
          .setProtocolUpgradeEnabled(false)
          .build();
  private final HttpRoute route;
  private final String hostHeader;
  private final String basePath;

  GatewayConnections(ClientSettings settings) {
    var gateway = settings.gateway();
    this.settings = settings;
    this.pool = pool(settings);
    this.route =
        new HttpRoute(
            new HttpHost(gateway.getScheme(), bare(gateway.getHost()), port(gateway)),
            null,
            gateway.getScheme().equals("https"));
    this.hostHeader = gateway.getRawAuthority();
    this.basePath = basePath(gateway);
  }

  private static String basePath(URI gateway) {
    var path = gateway.getRawPath();
    return (path.endsWith("/") ? path.substring(0, path.length() - 1) : path) + "/api";
  }

  /** What stands before the path of a call: {@code http://localhost:8080/api}. */
  static String base(URI gateway) {
    return gateway.getScheme() + "://" + gateway.getRawAuthority() + basePath(gateway);
  }

  long maxResponseBytes() {
    return settings.maxResponseBytes();
  }

  LeaseRequest lease(Duration left) {
    return pool.lease("", route, timeout(left), null);
  }

  static ConnectionEndpoint await(LeaseRequest lease, Duration left)
      throws InterruptedException, ExecutionException, TimeoutException {
    return lease.get(timeout(left));
  }

  HttpClientContext context() {
    var context = HttpClientContext.create();
    context.setRequestConfig(requestConfig);
    return context;
  }

  void connect(ConnectionEndpoint endpoint, Duration left, HttpClientContext context)
      throws IOException {
    var longest = settings.connectTimeout();
    pool.connect(endpoint, timeout(left.compareTo(longest) < 0 ? left : longest), context);
  }

  HttpRequestExecutor protocol() {
    return protocol;
  }

  /**
   * @param stream the call's streamed body, opened; null when it has none
   */
  ClassicHttpRequest message(Request request, @Nullable InputStream stream) {
    var target = route.getTargetHost();
    var message =
        new BasicClassicHttpRequest(
            request.call().method().name(), target, basePath + request.call().path());
    message.addHeader("host", hostHeader);
    message.addHeader("user-agent", USER_AGENT);
    // Without it any coding would be acceptable (RFC 9110 §12.5.3); the limit is on plain bytes.
    message.addHeader("accept-encoding", "identity");
    request.headers().forEach(message::addHeader);
    var body = request.body();
    if (stream != null && request.call().body() instanceof BodyStream streamed) {
      if (streamed.length() < 0) {
        message.addHeader("transfer-encoding", "chunked");
      } else {
        message.addHeader("content-length", streamed.length());
      }
      message.setEntity(new InputStreamEntity(stream, streamed.length(), null));
    } else if (body != null) {
      message.addHeader("content-length", body.octets().length);
      message.setEntity(new ByteArrayEntity(body.octets(), null));
    } else if (request.call().method() != Call.Method.GET
        && request.call().method() != Call.Method.DELETE) {
      message.addHeader("content-length", 0);
    }
    return message;
  }

  /** Gives a connection back for the next call, if the answer allows that. */
  void release(
      ConnectionEndpoint endpoint,
      ClassicHttpRequest message,
      ClassicHttpResponse answer,
      HttpClientContext context) {
    if (DefaultClientConnectionReuseStrategy.INSTANCE.keepAlive(message, answer, context)) {
      pool.release(
          endpoint,
          null,
          DefaultConnectionKeepAliveStrategy.INSTANCE.getKeepAliveDuration(answer, context));
    } else {
      discard(endpoint);
    }
  }

  void discard(ConnectionEndpoint endpoint) {
    endpoint.close(CloseMode.IMMEDIATE);
    pool.release(endpoint, null, TimeValue.ZERO_MILLISECONDS);
  }

  /**
   * After one kept connection was found closed the others are suspect: the next call gets a new
   * one.
   */
  void closeIdle() {
    pool.closeIdle(TimeValue.ZERO_MILLISECONDS);
  }

  void close() {
    pool.close(CloseMode.IMMEDIATE);
  }

  private static PoolingHttpClientConnectionManager pool(ClientSettings settings) {
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setConnectionFactory(
            ManagedHttpClientConnectionFactory.builder()
                .http1Config(
                    Http1Config.custom()
                        .setMaxHeaderCount(MAX_HEADERS)
                        .setMaxLineLength(MAX_HEADER_LENGTH)
                        .build())
                .build())
        .setMaxConnTotal(settings.maxConnections())
        .setMaxConnPerRoute(settings.maxConnections())
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(timeout(settings.connectTimeout()))
                .setSocketTimeout(Timeout.DISABLED)
                .setValidateAfterInactivity(LOOK_AFTER)
                .build())
        .setDefaultTlsConfig(
            TlsConfig.custom().setHandshakeTimeout(timeout(settings.connectTimeout())).build())
        .build();
  }

  /** Zero would mean "for ever" to the engine. */
  private static Timeout timeout(Duration duration) {
    return Timeout.ofMilliseconds(Math.max(1, duration.toMillis()));
  }

  static int port(URI gateway) {
    var usual = gateway.getScheme().equals("https") ? 443 : 80;
    return gateway.getPort() < 0 ? usual : gateway.getPort();
  }

  /** An IPv6 address without its brackets. */
  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
