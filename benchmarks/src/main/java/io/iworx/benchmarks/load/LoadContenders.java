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
          Map.entry("end-to-end", new EndToEnd()),
          Map.entry("transactional", new TransactionalHandlers()),
          Map.entry("raw-handlers", new RawHandlers()),
          Map.entry("steady", new SteadyLoad()),
          Map.entry("other-process", new OtherProcess()),
          Map.entry("in-transaction", new InTransaction()),
          Map.entry("foreign-transaction", new ForeignTransaction()),
          Map.entry("idle", new Idle()),
          Map.entry("killed-instance", new KilledInstance()),
          Map.entry("catch-up", new CatchUp()),
          Map.entry("sagas", new OurSagas.Many()),
          Map.entry("one-saga", new OneSaga()),
          Map.entry("waiting-sagas", new WaitingSagas()),
          Map.entry("killed-sagas", new KilledSagas()),
          Map.entry("rows-by-hand", new RowsByHand()),
          // Started by those above, as other instances of the service.
          Map.entry("instance-publishing", new OtherProcess.Publishing()),
          Map.entry("instance-of-sagas", new KilledSagas.Running()),
          Map.entry("instance-handling", new KilledInstance.Handling()));

  private LoadContenders() {}

  public static Map<String, Contender> all() {
    return ALL;
  }
}
