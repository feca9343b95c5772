package io.iworx.sagas;

import io.iworx.sagas.spi.DefinitionVersion;
import java.sql.Connection;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A definition that this instance can run. */
final class RegisteredDefinition<I, O> implements SagaDefinition<I, O> {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
  private static final int MAX_KEY = 200;

  private final SagaEngine engine;
  private final DefinitionVersion version;
  private final Class<I> inputType;
  private final Class<O> outputType;
  private final SagaBody<I, O> body;

  RegisteredDefinition(
      SagaEngine engine,
      DefinitionVersion version,
      Class<I> inputType,
      Class<O> outputType,
      SagaBody<I, O> body) {
    if (!NAME.matcher(version.name()).matches()) {
      throw new IllegalArgumentException(
          "A saga's name is lower-case words and digits joined by - _ . of at most 64 characters;"
              + " this is not: "
              + version.name());
    }
    if (version.version() < 1) {
      throw new IllegalArgumentException(
          "Versions of saga " + version.name() + " begin at 1, not " + version.version() + ".");
    }
    this.engine = engine;
    this.version = version;
    this.inputType = inputType;
    this.outputType = outputType;
    this.body = body;
  }

  DefinitionVersion definitionVersion() {
    return version;
  }

  @Override
  public String name() {
    return version.name();
  }

  @Override
  public int version() {
    return version.version();
  }

  @Override
  public SagaRun<O> start(String key, I input) {
    return new StoredRun<>(engine, engine.start(this, checked(key), json(input)), outputType);
  }

  @Override
  public SagaRun<O> start(Connection connection, String key, I input) {
    return new StoredRun<>(
        engine, engine.startIn(connection, this, checked(key), json(input)), outputType);
  }

  boolean isOf(SagaEngine other) {
    return engine == other;
  }

  Class<O> outputType() {
    return outputType;
  }

  String json(I input) {
    return engine.json().encode("The input of saga " + name(), input);
  }

  private static String checked(String key) {
    if (key.isBlank() || key.length() > MAX_KEY || key.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "The key of a saga has 1 to " + MAX_KEY + " characters; this one has " + key.length());
    }
    return key;
  }

  /** The body, ready to run on the input; reading the input is no part of the body. */
  Pass pass(String input) {
    var decoded = engine.json().decode("The input of saga " + name(), input, inputType);
    if (decoded == null) {
      throw new SagaException("The input of saga " + name() + " is missing.");
    }
    var typed = inputType.cast(decoded);
    return saga -> body.run(saga, typed);
  }

  /** One pass of the body. */
  @FunctionalInterface
  interface Pass {
    @Nullable Object run(Saga saga) throws Exception;
  }
}
