package io.iworx.server;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import tools.jackson.databind.JsonNode;

/** Which subscription of which instance is to be changed. */
final class SubscriptionChange {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Parameters(index = "0", paramLabel = "NAME", description = "The subscription's name.")
  String name = "";

  @Spec(Target.MIXEE)
  @Nullable CommandSpec spec;

  JsonNode apply(String action, Map<String, ?> members) {
    var body = AdminClient.JSON.createObjectNode();
    body.put("action", action);
    members.forEach(body::putPOJO);
    try (var admin = AdminClient.of(data.path)) {
      return admin.post("/admin/subscriptions/" + AdminClient.encoded(name), body);
    }
  }

  void say(String sentence) {
    Terminal.print(spec, sentence);
  }
}
