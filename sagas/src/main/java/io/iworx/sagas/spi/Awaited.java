package io.iworx.sagas.spi;

/**
 * An event that a saga waits for.
 *
 * @param type its type's name
 * @param key its key
 */
public record Awaited(String type, String key) {}
