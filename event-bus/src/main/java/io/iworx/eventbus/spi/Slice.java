package io.iworx.eventbus.spi;

import java.util.List;

/**
 * A piece of the log.
 *
 * @param entries in order of their positions; may be empty
 * @param upTo everything up to this position is in the entries or will never exist: read on from
 *     here
 */
public record Slice(List<LogEntry> entries, long upTo) {}
