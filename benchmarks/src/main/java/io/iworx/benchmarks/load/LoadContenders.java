package io.iworx.benchmarks.load;

import java.util.Map;

/** Our own side of every row, and what plain JDBC does. */
public final class LoadContenders {
  private static final Map<String, Contender> ALL =
      Map.ofEntries(
          Map.entry("publish-many", new PublishMany()),
          Map.entry("copy-rows", new CopyRows()),
          Map.entry("publish-alone", new PublishAlone()),
          Map.entry("one-caller", new OneCaller()),
          Map.entry("end-to-end", new EndToEnd()));

  private LoadContenders() {}

  public static Map<String, Contender> all() {
    return ALL;
  }
}
