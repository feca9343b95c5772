package io.iworx.torture;

import java.util.Locale;

/** What happens to a saga at a moment. */
enum SagaFault {
  /** {@code kill -9} of the process that runs it. */
  KILL,
  /**
   * {@code kill -STOP} of it until another has the saga, then {@code -CONT}; its message comes
   * late.
   */
  FREEZE,
  /** The connection breaks that the message is on. */
  CUT,
  /** PostgreSQL stops at once, without a checkpoint, and is started again. */
  STOP_SERVER,
  /** The process's clock jumps by a day. */
  JUMP,
  /** {@code kill -9} of all; first only an instance of the next version comes, then one of both. */
  UPGRADE;

  /** As on the command line: {@code stop-server}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
