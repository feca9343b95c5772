package io.iworx.serviceclient;

/** The service's own token. */
@FunctionalInterface
public interface Credentials {

  /**
   * A token that is valid now, without the {@code Bearer} prefix. Asked for each call, on the
   * caller's thread: implementations keep the token and renew it before it expires.
   */
  String token();
}
