package io.iworx.sagas.spi;

/** One version of a definition: what an instance can run. */
public record DefinitionVersion(String name, int version) {}
