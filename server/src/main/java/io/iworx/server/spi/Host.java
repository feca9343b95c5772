package io.iworx.server.spi;

import io.iworx.eventbus.spi.EventLog;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.trace.TraceRecorder;
import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.security.PublicKey;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What the process gives a service it hosts.
 *
 * @param gateway the gateway's base URL
 * @param token a token for a service name, valid now, renewed before it expires
 * @param dataSource connections to the platform's database
 * @param eventLog the log all buses of the process share
 * @param sagaStore where sagas are kept
 * @param traceRecorder takes deliveries and saga steps
 * @param gatewayKey what the gateway signs {@code x-iworx-identity} with, for {@link
 *     io.iworx.correlation.servlet.CorrelationFilter#trusting}; null where it is not known: then
 *     only its headers tell a service who calls
 * @param openTelemetry where spans and metrics go; the one that does nothing unless somebody wants
 *     them
 * @param port the port to listen on; 0 for a free one
 */
public record Host(
    URI gateway,
    TokenSource token,
    DataSource dataSource,
    EventLog eventLog,
    SagaStore sagaStore,
    TraceRecorder traceRecorder,
    @Nullable PublicKey gatewayKey,
    OpenTelemetry openTelemetry,
    int port) {

  /** Mints service tokens. */
  @FunctionalInterface
  public interface TokenSource {
    Supplier<String> forService(String serviceName);
  }
}
