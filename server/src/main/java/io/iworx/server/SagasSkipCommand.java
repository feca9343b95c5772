package io.iworx.server;

import java.util.HashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "skip",
    header = "Settles what a saga is stuck at, and goes on.",
    footer = {
      "",
      "Examples:",
      "  Not done:  ./iworx sagas skip 019ab3… --reason 'not in the inventory'",
      "  Done:      ./iworx sagas skip 019ab3… --reason 'seen there' --result '{\"id\":7}'"
    })
final class SagasSkipCommand implements Callable<Integer> {
  @Mixin SagaChange change = new SagaChange();

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why; it is kept.")
  String reason = "";

  @Option(
      names = "--result",
      paramLabel = "JSON",
      description =
          "The step was done, and returned this; for a step that returns nothing any JSON. Without it,"
              + " the step was not done. A compensation counts as done.")
  @Nullable String result;

  @Override
  public Integer call() {
    var members = new HashMap<String, String>();
    members.put("reason", reason);
    if (result != null) {
      members.put("result", result);
    }
    change.apply("skip", members);
    change.say("The saga goes on without what it was stuck at.");
    return 0;
  }
}
