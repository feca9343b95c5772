package io.iworx.serviceclient.guide;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.CorrelationLog;
import io.iworx.correlation.FailureKind;
import io.iworx.correlation.Identity;
import io.iworx.serviceclient.Call;
import io.iworx.serviceclient.ClientSettings;
import io.iworx.serviceclient.Credentials;
import io.iworx.serviceclient.Failure;
import io.iworx.serviceclient.Outcome;
import io.iworx.serviceclient.ResponseType;
import io.iworx.serviceclient.ServiceClient;
import io.iworx.serviceclient.Success;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What the guide quotes; each quoted part stands between two comments. */
final class CallingServices {
  record Asset(String id, String name) {}

  record Order(String id, List<String> items) {}

  record Reservation(String id) {}

  private final ServiceClient client;
  private final CorrelationLog log = CorrelationLog.of("work-order-service");

  CallingServices(ServiceClient client) {
    this.client = client;
  }

  static ServiceClient connect(URI gateway, Credentials credentials) {
    // snippet: connect
    return ServiceClient.create(
        "work-order-service", ClientSettings.of(gateway).withCredentials(credentials));
    // end
  }

  // snippet: degrade
  @Nullable Asset assetOrNull(String id) {
    return switch (client.get(Call.path("/assets/{}", id), Asset.class)) {
      case Success<Asset>(var asset, _) -> asset;
      case Failure<Asset> failure -> {
        log.warn("work order shown without its asset", Map.of("failure", failure.toString()));
        yield null;
      }
    };
  }

  // end

  // snippet: not-found
  boolean exists(String id) {
    return switch (client.get(Call.path("/assets/{}", id), Void.class)) {
      case Success<Void> _ -> true;
      case Failure<Void> failure when failure.status() == 404 -> false;
      case Failure<Void> failure -> throw new IllegalStateException(failure.toString());
    };
  }

  // end

  // snippet: list
  List<Asset> pumps() {
    var call = Call.get("/assets?type=pump", ResponseType.listOf(Asset.class));
    return client.exchange(call).orElseThrow();
  }

  // end

  // snippet: key
  Outcome<Reservation> reserve(Order order) {
    return client.exchange(
        Call.post("/inventory/reserve", order, ResponseType.of(Reservation.class))
            .withIdempotencyKey("reserve-" + order.id())
            .withTimeout(Duration.ofSeconds(2)));
  }

  // end

  // snippet: kinds
  String advice(Failure<?> failure) {
    return switch (failure.kind()) {
      case FailureKind.Retryable() -> "nothing happened; try again later";
      case FailureKind.Throttled(var after) ->
          "nothing happened; try again in " + after.toSeconds();
      case FailureKind.Permanent() -> "trying again cannot help: " + failure.error();
      case FailureKind.Expired() -> "the deadline had passed; nothing was sent";
      case FailureKind.Unknown() -> "it may have happened; try again only with the same key";
    };
  }

  // end

  // snippet: deadline
  @Nullable Asset assetWithin(Duration patience, String id, Clock clock) {
    return Correlation.currentOrFresh()
        .withDeadline(clock.instant().plus(patience))
        .call(() -> assetOrNull(id));
  }

  // end

  // snippet: threads
  Future<@Nullable Asset> assetLater(String id, ExecutorService threads) {
    return threads.submit(Correlation.currentOrFresh().wrap(() -> assetOrNull(id)));
  }

  // end

  // snippet: outside
  void nightly(String organization, Runnable work) {
    Correlation.fresh().withIdentity(Identity.of(null, organization)).run(work);
  }
  // end
}
