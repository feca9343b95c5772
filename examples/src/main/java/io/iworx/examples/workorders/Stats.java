package io.iworx.examples.workorders;

/**
 * How many work orders there are.
 *
 * @param overdue open, and scheduled for a time that has passed
 */
public record Stats(long total, long scheduled, long inProgress, long completed, long overdue) {}
