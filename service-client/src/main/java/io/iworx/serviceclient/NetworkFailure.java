package io.iworx.serviceclient;

import io.iworx.correlation.FailureKind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MessageConstraintException;

/**
 * Why no usable answer came, and what that permits. The sentences are fixed: an exception's text
 * may hold addresses and names that a caller must not pass on.
 *
 * @param kind what it permits
 * @param error the sentence
 */
record NetworkFailure(FailureKind kind, String error) {

  static NetworkFailure of(Exception failure, Progress progress) {
    if (failure instanceof MessageConstraintException) {
      return new NetworkFailure(
          new FailureKind.Permanent(), "The headers of the answer are larger than the limit");
    }
    if (failure instanceof HttpException) {
      return new NetworkFailure(
          new FailureKind.Unknown(), "The answer is no valid HTTP, so its outcome is unknown");
    }
    if (progress.sent()) {
      return new NetworkFailure(
          new FailureKind.Unknown(),
          "The connection broke after the request was sent, so its outcome is unknown");
    }
    if (certificateRefused(failure)) {
      return new NetworkFailure(
          new FailureKind.Permanent(),
          "The gateway's TLS certificate is not trusted, so nothing was sent");
    }
    return new NetworkFailure(new FailureKind.Retryable(), unsent(failure));
  }

  static NetworkFailure late(Progress progress, Deadline deadline) {
    if (progress.sent()) {
      return new NetworkFailure(
          new FailureKind.Unknown(), "No answer came in time, so its outcome is unknown");
    }
    return new NetworkFailure(
        deadline.inherited() ? new FailureKind.Expired() : new FailureKind.Retryable(),
        "The time was over before anything was sent");
  }

  static NetworkFailure closed(Progress progress) {
    return broken(progress, "The service client was closed");
  }

  static NetworkFailure interrupted(Progress progress) {
    return broken(progress, "The calling thread was interrupted");
  }

  static NetworkFailure tooLarge(long limit) {
    return new NetworkFailure(
        new FailureKind.Permanent(), "The answer is larger than the limit of " + limit + " bytes");
  }

  /** The caller's own source of the body failed. */
  static NetworkFailure unreadableBody() {
    return new NetworkFailure(
        new FailureKind.Permanent(),
        "The call's own body could not be read to its end, so the request is not complete");
  }

  private static NetworkFailure broken(Progress progress, String why) {
    return progress.sent()
        ? new NetworkFailure(new FailureKind.Unknown(), why + ", so the outcome is unknown")
        : new NetworkFailure(new FailureKind.Retryable(), why + " before anything was sent");
  }

  private static String unsent(Exception failure) {
    return switch (failure) {
      case UnknownHostException _ -> "The gateway's name cannot be resolved, so nothing was sent";
      case SocketTimeoutException _ ->
          "The gateway took no connection in time, so nothing was sent";
      case ConnectException _ -> "The gateway refused the connection, so nothing was sent";
      case SSLException _ -> "No TLS connection to the gateway came about, so nothing was sent";
      case TimeoutException _ -> "All connections to the gateway stayed busy, so nothing was sent";
      case IOException _ -> "The connection to the gateway broke before anything was sent";
      default -> "No connection to the gateway was to be had, so nothing was sent";
    };
  }

  private static boolean certificateRefused(Exception failure) {
    for (Throwable it = failure; it != null; it = it.getCause()) {
      if (it instanceof SSLPeerUnverifiedException
          || it instanceof CertificateException
          || it instanceof CertPathValidatorException) {
        return true;
      }
    }
    return false;
  }
}
