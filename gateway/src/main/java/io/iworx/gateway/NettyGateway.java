package io.iworx.gateway;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway on Netty: one event loop per core, each with its own upstream connections. */
final class NettyGateway implements Gateway {
  private static final Logger log = LoggerFactory.getLogger(NettyGateway.class);
  private static final int LOW_WATER = 32 << 10;
  private static final int HIGH_WATER = 128 << 10;
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** For WebSockets to say goodbye, after the drain timeout. */
  private static final Duration GOODBYE = Duration.ofMillis(500);

  private final Clock clock;
  private final ReentrantLock changes = new ReentrantLock();
  private volatile GatewayConfig config;
  private final Core core;
  private final GatewayParts parts;
  private final Policies policies;
  private final WebSockets webSockets;
  private final Transport transport = Transport.best();
  private final TargetTls targetTls;
  private volatile @Nullable ServerTls clientTls;
  private final HttpClient http;
  private final HealthChecks health;
  private final UpstreamTelemetry telemetry;
  private final OffLoopNames names = new OffLoopNames();
  private final EventLoopGroup group;
  private final Map<EventLoop, Loop> loops = new ConcurrentHashMap<>();

  /** The connections of clients, also those that are not past their handshake. */
  private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  private final AtomicReference<RouteTable> table;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Channel server;

  static NettyGateway start(GatewayConfig config, GatewayParts parts) {
    return new NettyGateway(config, parts, Clock.systemUTC());
  }

  NettyGateway(GatewayConfig config, GatewayParts parts, Clock clock) {
    this.config = config;
    this.clock = clock;
    this.parts = parts;
    this.policies = new Policies(parts);
    this.webSockets = new WebSockets(() -> this.config.cors(), config.limits().maxWebSockets());
    this.table = new AtomicReference<>(RouteTable.of(config.routes(), policies));
    var trust = Trust.of(config.trustedCertificates());
    this.targetTls = trust.forTargets();
    this.clientTls = clientTls(config);
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(config.limits().connectTimeout())
            .sslContext(trust.forChecks())
            .build();
    this.health = new HealthChecks(table, http, clock);
    this.telemetry = new UpstreamTelemetry(parts.openTelemetry(), table, policies);
    this.core =
        new Core(config, clock, steps(config), table, parts.recorder(), parts.openTelemetry());
    this.group =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            new DefaultThreadFactory("iworx-gateway"),
            transport.handlers());
    this.server = bind();
    health.start();
    log.debug("[API Gateway] listening at {} with {}", address(), config);
  }

  private static @Nullable ServerTls clientTls(GatewayConfig config) {
    return config.tls() == null ? null : ServerTls.of(config.tls());
  }

  private List<Step> steps(GatewayConfig config) {
    var jwks = config.auth().jwks();
    var keys = jwks == null ? null : new KeySet(new KeySetAddress(http, jwks), clock);
    if (keys != null) {
      keys.fetchSoon(); // so that the first token need not wait
    }
    var tokens = new Tokens(new TokenVerifier(config.auth(), keys, clock), clock);
    return new Steps(
            new HealthPage(this::health, policies::limitsAlone),
            webSockets,
            new Authentication(tokens, new ApiKeys(config.auth().apiKeys()), lookup(config.auth())),
            signing(config.auth()),
            config.limits().maxRequestBody())
        .inOrder();
  }

  private @Nullable UserLookup lookup(Auth auth) {
    var query = auth.lookup();
    if (query == null) {
      return null;
    }
    if (parts.identityLookup() == null) {
      throw new GatewayException(
          "The configuration has identity.lookup, and this gateway was given nothing that answers"
              + " it; leave it out.",
          null);
    }
    return new UserLookup(parts.identityLookup(), query);
  }

  private @Nullable Step signing(Auth auth) {
    return auth.identityKey() == null ? null : new IdentitySigning(auth.identityKey(), clock);
  }

  private Channel bind() {
    var bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(transport.serverChannel())
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    assemble(channel);
                  }
                });
    var bound =
        bootstrap.bind(new InetSocketAddress(config.host(), config.port())).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      stop();
      throw new GatewayException(
          "The gateway cannot listen on "
              + config.host()
              + ":"
              + config.port()
              + "; is the port taken? Choose another with gateway.port.",
          bound.cause());
    }
    return bound.channel();
  }

  private void assemble(Channel channel) {
    clients.add(channel);
    var loop = loops.computeIfAbsent(channel.eventLoop(), this::loop);
    var pipeline = channel.pipeline();
    var tls = clientTls;
    if (tls != null) {
      pipeline.addLast(tls.handler(channel));
    }
    var encoder = new AnswerEncoder();
    var peer = Peer.of(channel, tls != null, core.proxies);
    var http1 = new ClientConnection(core, loop, channel, peer, encoder);
    var choice =
        new ProtocolChoice(
            peer.secure(),
            http1,
            () -> new Http2ClientConnection(core, loop, peer, new Http2Codec(core.limits)));
    pipeline.addLast(choice, encoder, http1);
  }

  private Loop loop(EventLoop eventLoop) {
    var limits = config.limits();
    return new Loop(
        eventLoop,
        new TargetChoice(
            new Dialer(eventLoop, transport, names, targetTls, limits.connectTimeout()),
            new SplittableRandom()),
        table,
        limits);
  }

  @Override
  public URI address() {
    var port = ((InetSocketAddress) server.localAddress()).getPort();
    var host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
    return URI.create((config.tls() == null ? "http://" : "https://") + host + ":" + port);
  }

  @Override
  public Health health() {
    return health.last();
  }

  @Override
  public List<Route> routes() {
    return table.get().routes();
  }

  @Override
  public List<Path> files() {
    return config.files();
  }

  @Override
  public void reconfigure(GatewayConfig next) {
    changes.lock();
    try {
      Restart.check(config, next);
      var nextTls = clientTls(next); // reads the files anew, whatever changed
      if (!next.auth().equals(config.auth())) {
        core.steps(steps(next));
      }
      if (!next.cors().equals(config.cors())) {
        core.cors(next.cors());
      }
      var before = table.get();
      var after = before.with(next.routes());
      table.set(after);
      clientTls = nextTls;
      before.retire(after);
      config = next;
      log.info("[API Gateway] serves {} routes by a new configuration", next.routes().size());
    } finally {
      changes.unlock();
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    core.drain();
    server.close().awaitUninterruptibly();
    awaitNoConnections(config.limits().drainTimeout());
    core.drainedLongEnough(true);
    awaitNoConnections(GOODBYE);
    var left = core.connections.get();
    if (left > 0) {
      log.warn("[API Gateway] {} connections were still open after the drain timeout", left);
    }
    stop();
  }

  private void awaitNoConnections(Duration atMost) {
    var end = System.nanoTime() + atMost.toNanos();
    while (core.connections.get() > 0 && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private void stop() {
    core.telemetry.close();
    telemetry.close();
    core.accessLog.close();
    health.stop();
    policies.close();
    loops.values().forEach(Loop::stop);
    // Not left to the event loops' own end: with native epoll one in fifty stayed open.
    clients.close().awaitUninterruptibly(GOODBYE.toMillis());
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    names.close();
    http.shutdownNow();
  }
}
