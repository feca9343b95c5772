package io.iworx.eventbus.spi;

import java.util.List;

/**
 * A piece of the log.
 *
 * @param entries in order of their positions; may be empty
 * @param upTo how far it goes: what it is past is in the entries, was read before, or will never
 *     exist; what is pending in it may still come. Read on from here
 * @param known how far the log was known when this was read, by whoever reads it for all: beyond
 *     that nothing pending has been looked for
 */
public record Slice(List<LogEntry> entries, Checkpoint upTo, long known) {}
