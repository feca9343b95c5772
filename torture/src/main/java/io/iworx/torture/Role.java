package io.iworx.torture;

/** What a worker process does. */
enum Role {
  PUBLISHER,
  SUBSCRIBER
}
