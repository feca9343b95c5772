package io.iworx.gateway;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A key set behind a URL: at most a megabyte, within five seconds, no redirect followed. */
final class KeySetAddress implements KeySet.Source {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long MAX_BYTES = 1 << 20;

  private final HttpClient http;
  private final URI url;

  KeySetAddress(HttpClient http, URI url) {
    this.http = http;
    this.url = url;
  }

  @Override
  public String fetch() throws Exception {
    var request = HttpRequest.newBuilder(url).timeout(TIMEOUT).build();
    var body = BodyHandlers.limiting(BodyHandlers.ofString(StandardCharsets.UTF_8), MAX_BYTES);
    var answer = http.sendAsync(request, body);
    try {
      // The request's own timeout ends with the headers; a body that drips must end too.
      var got = answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      if (got.statusCode() != 200) {
        throw new IOException("the address answered " + got.statusCode());
      }
      return got.body();
    } finally {
      answer.cancel(true);
    }
  }
}
