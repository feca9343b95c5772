package io.iworx.console;

import io.iworx.correlation.Uuid7;
import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What Jetty refuses before a request reaches the servlet is answered as a problem too. */
final class ProblemErrors extends ErrorHandler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    var status =
        response.getStatus() < 400 ? HttpStatus.INTERNAL_SERVER_ERROR_500 : response.getStatus();
    var problem = Problem.of(status, HttpStatus.getMessage(status) + ".", Uuid7.next(), Map.of());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, problem.contentType());
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    response.write(true, ByteBuffer.wrap(problem.bytes()), callback);
    return true;
  }
}
