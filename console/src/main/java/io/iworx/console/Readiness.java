package io.iworx.console;

/** Whether the process takes requests. */
enum Readiness {
  STARTING,
  READY,
  DRAINING
}
