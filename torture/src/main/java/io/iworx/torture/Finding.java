package io.iworx.torture;

/**
 * A broken promise.
 *
 * @param id the event, or whatever it is about
 * @param sentence what happened
 */
record Finding(Broken broken, String id, String sentence) {}
