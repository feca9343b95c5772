package io.iworx.serviceclient;

import java.util.concurrent.locks.ReentrantLock;

/**
 * How many further attempts the calls so far have earned: each call a share of one. The first few
 * are lent, so that a client that has just begun may try again too, and are earned afterwards: over
 * any number of calls there are never more than the share of them or the loan, whichever is
 * greater.
 */
final class RetryBudget {
  private static final double LOAN = 5;

  /** Earned and not spent: what an outage after a long calm may spend at once. */
  private static final double MAX_SAVED = 10;

  private final ReentrantLock lock = new ReentrantLock();
  private final double share;
  private double saved;
  private double owed;

  RetryBudget(double share) {
    this.share = share;
    this.saved = share == 0 ? 0 : LOAN;
    this.owed = saved;
  }

  /** A call begins. */
  void earn() {
    lock.lock();
    try {
      if (owed > 0) {
        owed -= share;
      } else {
        saved = Math.min(MAX_SAVED, saved + share);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether there may be one more attempt; it is spent then. */
  boolean spend() {
    lock.lock();
    try {
      if (saved < 1) {
        return false;
      }
      saved -= 1;
      return true;
    } finally {
      lock.unlock();
    }
  }
}
