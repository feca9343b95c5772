package io.iworx.server;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "discard",
    header = "Deletes dead letters; a key that waited for them goes on.",
    footer = {
      "",
      "Examples:",
      "  One:           ./iworx dead-letters discard stock 019ab3…",
      "  All of them:   ./iworx dead-letters discard stock --all"
    })
final class DeadLettersDiscardCommand implements Callable<Integer> {
  @Mixin DeadLetterChange change = new DeadLetterChange();

  @Override
  public Integer call() {
    var count = change.apply("discard", null);
    change.say("%,d dead letters of %s are discarded.".formatted(count, change.subscription));
    return 0;
  }
}
