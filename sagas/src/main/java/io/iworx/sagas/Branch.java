package io.iworx.sagas;

import org.jspecify.annotations.Nullable;

/**
 * A named part of a saga that runs beside others by {@link Saga#parallel}, once. Its steps count
 * under its name ({@code parts/reserve}), so that nothing depends on which runs first.
 *
 * @param <T> what it returns: an ordinary value, which each replay computes again from its steps
 */
public final class Branch<T extends @Nullable Object> {
  private final String name;
  private final BranchBody<T> body;
  private @Nullable Returned<T> returned;

  private Branch(String name, BranchBody<T> body) {
    this.name = name;
    this.body = body;
  }

  private record Returned<T extends @Nullable Object>(T value) {}

  /**
   * A branch that has yet to run.
   *
   * @param name as for a step; unlike those of the other branches beside it
   */
  public static <T extends @Nullable Object> Branch<T> of(String name, BranchBody<T> body) {
    return new Branch<>(Saga.checked(name), body);
  }

  public String name() {
    return name;
  }

  /**
   * What it returned.
   *
   * @throws IllegalStateException before {@link Saga#parallel} has returned
   */
  public T result() {
    var result = returned;
    if (result == null) {
      throw new IllegalStateException("Branch " + name + " has not returned.");
    }
    return result.value();
  }

  /** Runs on the branch's thread; {@link Parallel} lets the body's see what it returned. */
  void run(Saga saga) throws Exception {
    returned = new Returned<>(body.run(saga));
  }
}
