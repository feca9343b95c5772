package io.iworx.torture;

/** Something a saga did, each time it did. */
record Effect(String saga, String what) {}
