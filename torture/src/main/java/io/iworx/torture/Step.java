package io.iworx.torture;

/**
 * The payload of every event.
 *
 * @param mood how it behaves
 * @param text some text that nobody must take for anything else
 */
record Step(Mood mood, String text) {}
