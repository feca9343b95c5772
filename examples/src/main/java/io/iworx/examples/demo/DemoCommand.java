package io.iworx.examples.demo;

import io.iworx.correlation.Uuid7;
import io.iworx.server.CommandException;
import io.iworx.server.Platform;
import io.iworx.server.PlatformOptions;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Plays one work order through the whole platform, and says whether every promise was kept. */
@Command(
    name = "demo",
    header = "Shows one work order go through gateway, services, events and a saga.",
    description = {
      "Starts everything on free ports with a temporary data folder, plays the story over real",
      "HTTP, checks each promise, prints the trace, and cleans up. Exit code 1 and the reason",
      "when a promise is not kept."
    },
    footer = {"", "Examples:", "  See it work:  ./iworx demo"})
public final class DemoCommand implements Callable<Integer> {
  private static final Duration TOKEN_LASTS = Duration.ofMinutes(10);

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    var start = System.nanoTime();
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var story = new Story(out);
    try (var _ = Interruption.ofThisThread();
        var folder = TemporaryFolder.create("iworx-demo");
        var platform =
            Platform.start(
                PlatformOptions.of(folder.path()).withPorts(0, 0),
                step -> story.say("  " + step + " …"))) {
      play(platform, story);
    } catch (BrokenPromise e) {
      throw CommandException.failed(e.sentence());
    }
    var seconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) / 1000.0;
    story.say("Every promise was kept, in %.1f s.".formatted(seconds));
    return 0;
  }

  private static void play(Platform platform, Story story) {
    var token = platform.tokens().user("ada", "demo-organization", false, TOKEN_LASTS);
    story.say("The gateway listens on " + platform.gateway());
    story.say("");
    try (var http = HttpClient.newHttpClient()) {
      var caller = new Caller(http, platform.gateway(), token, Uuid7.next());
      new Scenario(platform, caller, story).play();
    }
  }
}
