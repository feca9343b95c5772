package io.iworx.postgres;

/**
 * How much of the log is held and read at once.
 *
 * @param start how many rows before the end the shared reader begins, so that gaps and readers near
 *     the end are known to it
 * @param jump so far behind, it begins anew near the end, and readers go through the pages between
 * @param fetch rows in a statement of the shared reader
 * @param window rows kept for readers near the end
 * @param late rows before those that are kept because they showed late
 * @param page positions in a page of those who are behind
 */
record ReadingSizes(int start, int jump, int fetch, int window, int late, int page) {
  static final ReadingSizes DEFAULTS = new ReadingSizes(1_000, 20_000, 250, 8_000, 1_000, 1_024);
}
