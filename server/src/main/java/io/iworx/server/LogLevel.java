package io.iworx.server;

/** How much is logged on the terminal. */
enum LogLevel {
  /** Every call, event and hop: lines with [Service Client], [Event Bus], [API Gateway]. */
  DEBUG,
  /** What the parts report while all is well. */
  INFO,
  /** What needs attention. */
  WARN
}
