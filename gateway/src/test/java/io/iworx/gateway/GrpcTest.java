package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** gRPC's own client and server, with the gateway between them. */
final class GrpcTest {
  private static final MethodDescriptor<String, String> UNARY = method("Unary", MethodType.UNARY);
  private static final MethodDescriptor<String, String> DOWN =
      method("Down", MethodType.SERVER_STREAMING);
  private static final MethodDescriptor<String, String> UP =
      method("Up", MethodType.CLIENT_STREAMING);
  private static final MethodDescriptor<String, String> BOTH =
      method("Both", MethodType.BIDI_STREAMING);
  private static final Metadata.Key<String> DETAIL = key("x-detail");
  private static final Metadata.Key<String> USER = key("x-user-id");
  private static final Metadata.Key<String> CALLER = key("x-calling-service");

  private final AtomicReference<Metadata> seen = new AtomicReference<>();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private Server server;
  private Gateway gateway;
  private ManagedChannel plain;
  private Channel channel;

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static MethodDescriptor<String, String> method(String name, MethodType type) {
    return MethodDescriptor.<String, String>newBuilder()
        .setType(type)
        .setFullMethodName("iworx.test.Echo/" + name)
        .setRequestMarshaller(new Text())
        .setResponseMarshaller(new Text())
        .build();
  }

  /** Calls go by the gateway: its paths begin with /api and the service's name there. */
  private static ClientInterceptor through(String service) {
    return new ClientInterceptor() {
      @Override
      public <Q, A> ClientCall<Q, A> interceptCall(
          MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        var name = "api/" + service + "/" + method.getFullMethodName();
        return next.newCall(method.toBuilder().setFullMethodName(name).build(), options);
      }
    };
  }

  @BeforeEach
  void start() throws Exception {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(ServerInterceptors.intercept(echo(), new Seeing()))
            .build()
            .start();
    var target = URI.create("http://127.0.0.1:" + server.getPort());
    gateway =
        Gateway.start(
            GatewayConfig.of(
                    List.of(
                        route("echo", target).withMaxRequestBody(Long.MAX_VALUE),
                        route("hurried", target).withTimeout(Duration.ofMillis(300)),
                        route("closed", target).withPublicAccess(false),
                        route("nowhere", URI.create("http://127.0.0.1:1"))))
                .withPort(0),
            new HopList());
    plain =
        NettyChannelBuilder.forAddress("127.0.0.1", gateway.address().getPort())
            .usePlaintext()
            .build();
    channel = ClientInterceptors.intercept(plain, through("echo"));
  }

  private static Route route(String service, URI target) {
    return Route.of(service, target)
        .withPublicAccess(true)
        .withUpstream(UpstreamOptions.DEFAULT.withProtocol(UpstreamOptions.Protocol.HTTP_2));
  }

  @AfterEach
  void stop() throws Exception {
    plain.shutdownNow();
    gateway.close();
    server.shutdownNow();
    assertThat(plain.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
    assertThat(server.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
  }

  private ServerServiceDefinition echo() {
    return ServerServiceDefinition.builder("iworx.test.Echo")
        .addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
        .addMethod(
            DOWN,
            ServerCalls.asyncServerStreamingCall(
                (asked, answers) -> {
                  IntStream.range(0, Integer.parseInt(asked))
                      .forEach(i -> answers.onNext(i + "x".repeat(1000)));
                  answers.onCompleted();
                }))
        .addMethod(UP, ServerCalls.asyncClientStreamingCall(GrpcTest::counting))
        .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(this::echoing))
        .build();
  }

  private void unary(String asked, StreamObserver<String> answers) {
    ((ServerCallStreamObserver<String>) answers).setOnCancelHandler(() -> cancelled.set(true));
    switch (asked) {
      case "fail" -> {
        var trailers = new Metadata();
        trailers.put(DETAIL, "more");
        answers.onError(
            Status.INVALID_ARGUMENT.withDescription("no: 100 % sure").asException(trailers));
      }
      case "never" -> {}
      default -> {
        answers.onNext("echo " + asked);
        answers.onCompleted();
      }
    }
  }

  private static StreamObserver<String> counting(StreamObserver<String> answers) {
    var bytes = new AtomicInteger();
    return new Observer(
        it -> bytes.addAndGet(it.length()),
        _ -> {},
        () -> {
          answers.onNext(bytes + " bytes");
          answers.onCompleted();
        });
  }

  private StreamObserver<String> echoing(StreamObserver<String> answers) {
    return new Observer(answers::onNext, _ -> cancelled.set(true), answers::onCompleted);
  }

  private String call(Channel by, String asked) {
    return ClientCalls.blockingUnaryCall(
        by, UNARY, CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS), asked);
  }

  private Status.Code refused(String service) {
    var by = ClientInterceptors.intercept(plain, through(service));
    var failure = catchThrowableOfType(StatusRuntimeException.class, () -> call(by, "a"));
    assertThat(failure.getStatus().getDescription()).isNotBlank();
    return failure.getStatus().getCode();
  }

  @Test
  void oneRequestAndOneAnswer() {
    assertThat(call(channel, "hello")).isEqualTo("echo hello");
    assertThat(call(channel, "x".repeat(100_000))).hasSize(100_005);
  }

  @Test
  void anErrorOfTheServicesComesWithItsWordsAndDetails() {
    var failure = catchThrowableOfType(StatusRuntimeException.class, () -> call(channel, "fail"));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure.getStatus().getDescription()).isEqualTo("no: 100 % sure");
    assertThat(Objects.requireNonNull(failure.getTrailers()).get(DETAIL)).isEqualTo("more");
  }

  @Test
  void aStreamOfAnswers() {
    var answers =
        ClientCalls.blockingServerStreamingCall(channel, DOWN, CallOptions.DEFAULT, "3000");
    var count = 0;
    while (answers.hasNext()) {
      assertThat(answers.next()).startsWith(count + "x");
      count++;
    }
    assertThat(count).isEqualTo(3000);
  }

  @Test
  void aStreamOfRequestsBeyondWhatABodyMayHave() throws Exception {
    var answers = new LinkedBlockingQueue<String>();
    var requests =
        ClientCalls.asyncClientStreamingCall(
            channel.newCall(UP, CallOptions.DEFAULT),
            new Observer(answers::add, it -> answers.add(it.toString()), () -> {}));
    for (int i = 0; i < 200; i++) {
      requests.onNext("x".repeat(64 << 10));
    }
    requests.onCompleted();
    assertThat(answers.poll(20, TimeUnit.SECONDS)).isEqualTo((200 * (64 << 10)) + " bytes");
  }

  @Test
  void bothTalkAtOnce() throws Exception {
    var answers = new LinkedBlockingQueue<String>();
    var requests =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(BOTH, CallOptions.DEFAULT),
            new Observer(answers::add, it -> answers.add(it.toString()), () -> answers.add("end")));
    for (int i = 0; i < 50; i++) {
      requests.onNext("message " + i);
      assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("message " + i);
    }
    requests.onCompleted();
    assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("end");
  }

  @Test
  void whoCancelsIsHeardByTheService() throws Exception {
    var answers = new LinkedBlockingQueue<String>();
    var call = channel.newCall(BOTH, CallOptions.DEFAULT);
    var requests = ClientCalls.asyncBidiStreamingCall(call, new Observer(answers::add, _ -> {}));
    requests.onNext("a");
    assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("a");
    call.cancel("enough", null);
    await().untilTrue(cancelled);
  }

  @Test
  void aServiceThatIsTooLateIsADeadlineExceeded() {
    var hurried = ClientInterceptors.intercept(plain, through("hurried"));
    var failure = catchThrowableOfType(StatusRuntimeException.class, () -> call(hurried, "never"));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(failure.getStatus().getDescription()).contains("did not answer in time");
    await().untilTrue(cancelled);
  }

  @Test
  void theCallersOwnDeadlineEndsIt() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      var asked =
          Http2RawClient.request(
              "POST",
              "/api/echo/iworx.test.Echo/Unary",
              "content-type",
              "application/grpc",
              "te",
              "trailers",
              "grpc-timeout",
              "800m");
      var never = "\0\0\0\0\5never";
      var answer = client.headers(1, false, asked).data(1, true, never).answer(1);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("content-type")).isEqualTo("application/grpc");
      assertThat(answer.header("grpc-status")).isEqualTo("4");
      await().untilTrue(cancelled);
    }
  }

  @Test
  void theGatewaysRefusalsAreStatusesOfGrpc() {
    assertThat(refused("nowhere")).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(refused("unknown")).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(refused("closed")).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void aServiceThatGoesAwayFailsNoCall() throws Exception {
    var failures = new ArrayList<Throwable>();
    assertThat(call(channel, "before")).isEqualTo("echo before");
    var port = server.getPort();
    server.shutdown();
    assertThat(server.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .addService(echo())
            .build()
            .start();
    for (int i = 0; i < 20; i++) {
      try {
        call(channel, "after");
      } catch (StatusRuntimeException e) {
        failures.add(e);
      }
    }
    assertThat(failures).isEmpty();
  }

  /** Headers of one's own reach the service, and none that only the gateway may say. */
  @Test
  void metadataPasses() {
    var metadata = new Metadata();
    metadata.put(DETAIL, "a");
    metadata.put(USER, "evil");
    var by =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    assertThat(call(by, "hello")).isEqualTo("echo hello");
    var got = Objects.requireNonNull(seen.get());
    assertThat(got.get(DETAIL)).isEqualTo("a");
    assertThat(got.get(USER)).isNull();
    assertThat(got.get(CALLER)).isEqualTo("external");
  }

  /** Keeps what came with the last call. */
  private final class Seeing implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      seen.set(headers);
      return next.startCall(call, headers);
    }
  }

  /** Three functions as an observer. */
  private record Observer(Consumer<String> next, Consumer<Throwable> error, Runnable completed)
      implements StreamObserver<String> {

    Observer(Consumer<String> next, Consumer<Throwable> error) {
      this(next, error, () -> {});
    }

    @Override
    public void onNext(String value) {
      next.accept(value);
    }

    @Override
    public void onError(Throwable failure) {
      error.accept(failure);
    }

    @Override
    public void onCompleted() {
      completed.run();
    }
  }

  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
