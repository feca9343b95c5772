package io.iworx.server;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which saga of which instance is to be changed. */
final class SagaChange {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Parameters(index = "0", paramLabel = "ID", description = "The saga's id.")
  String id = "";

  @Spec(Target.MIXEE)
  @Nullable CommandSpec spec;

  void apply(String action, Map<String, String> members) {
    var body = AdminClient.JSON.createObjectNode();
    body.put("action", action);
    members.forEach(body::put);
    try (var admin = AdminClient.of(data.path)) {
      admin.post("/admin/sagas/" + AdminClient.encoded(id), body);
    }
  }

  void say(String sentence) {
    Terminal.print(spec, sentence + " './iworx sagas show " + id + "' shows what comes of it.");
  }
}
