package io.iworx.server;

import io.iworx.console.Finding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "doctor",
    header = "Looks at the instance and says what is wrong and what to do.",
    description = {
      "Each line begins with ✓ or ✗; below ✗ is the advice. Exits 1 when anything is wrong.",
      "docs/troubleshooting.md goes from symptoms to these lines."
    },
    footer = {
      "",
      "Examples:",
      "  In general:                 ./iworx doctor",
      "  A correlation id is lost:   ./iworx doctor CORRELATION_ID",
      "  Events do not arrive:       ./iworx doctor --type work_order.completed",
      "  A subscription is behind:   ./iworx doctor --subscription asset-history"
    })
final class DoctorCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Parameters(
      arity = "0..1",
      paramLabel = "CORRELATION_ID",
      description = "A request whose story ends too early.")
  @Nullable String correlationId;

  @Option(
      names = "--type",
      paramLabel = "EVENT_TYPE",
      description = "An event type that somebody should get.")
  @Nullable String type;

  @Option(
      names = "--subscription",
      paramLabel = "NAME",
      description = "A subscription that should get events.")
  @Nullable String subscription;

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    var instance = Instance.find(data.path);
    if (instance.isEmpty()) {
      show(
          List.of(
              ProcessFacts.java(),
              Finding.bad(
                  "instance",
                  "No instance runs with the data folder " + data.path + ".",
                  "Start one with './iworx up', or name another folder with --data.")));
      return CommandException.UNUSABLE;
    }
    try (var admin = AdminClient.of(data.path)) {
      var findings = new ArrayList<Finding>();
      findings.add(
          Finding.good(
              "instance",
              "Process %d runs since %s, gateway on %s."
                  .formatted(
                      instance.get().pid(), instance.get().startedAt(), instance.get().gateway())));
      for (var each : admin.json("/admin/doctor", query()).path("findings")) {
        findings.add(AdminClient.JSON.treeToValue(each, Finding.class));
      }
      show(findings);
      return findings.stream().allMatch(Finding::ok) ? 0 : CommandException.FAILED;
    }
  }

  private Map<String, String> query() {
    var query = new LinkedHashMap<String, String>();
    if (correlationId != null) {
      query.put("correlationId", correlationId);
    }
    if (type != null) {
      query.put("type", type);
    }
    if (subscription != null) {
      query.put("subscription", subscription);
    }
    return query;
  }

  private void show(List<Finding> findings) {
    if (json) {
      Terminal.print(spec, AdminClient.JSON.writeValueAsString(findings));
      return;
    }
    for (var finding : findings) {
      Terminal.print(
          spec, "%s %s: %s".formatted(finding.ok() ? "✓" : "✗", finding.check(), finding.says()));
      if (finding.advice() != null) {
        Terminal.print(spec, "    → " + finding.advice());
      }
    }
  }
}
