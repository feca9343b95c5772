package io.iworx.server;

import io.iworx.correlation.Uuid7;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What {@code up} prints when it is up: what runs where, and lines to paste that work. */
final class Banner {
  private static final Duration TOKEN_LASTS = Duration.ofHours(12);
  private static final String ASSET_ROUTE = "assets";
  private static final String USER = "ada";
  private static final String ORGANIZATION = "acme";

  private Banner() {}

  static List<String> lines(RunningPlatform platform, PlatformOptions options) {
    var instance = platform.instance();
    var gateway = "http://localhost:" + instance.gateway().getPort();
    var lines = new ArrayList<String>();
    lines.add("iWorX runs.");
    lines.add("");
    lines.add("  gateway   " + gateway + "/api/…, health at " + gateway + "/health");
    lines.add(
        "  console   " + instance.console() + ", for './iworx doctor' and the other commands");
    lines.add("  database  psql '" + instance.database() + "'");
    platform
        .hosted()
        .addresses()
        .forEach((name, address) -> lines.add("  service   %s on %s".formatted(name, address)));
    lines.add(
        "  data      " + options.folder().toAbsolutePath().normalize() + ", log in iworx.log");
    lines.add("");
    lines.add(
        "A token for user %s of organization %s, good for %d hours ('./iworx token --help' makes others):"
            .formatted(USER, ORGANIZATION, TOKEN_LASTS.toHours()));
    lines.add("");
    lines.add("TOKEN=" + platform.tokens().user(USER, ORGANIZATION, false, TOKEN_LASTS));
    lines.add("");
    if (platform.hosted().targets().containsKey(ASSET_ROUTE)) {
      addExamples(lines, gateway, instance);
    } else {
      lines.add("Try it:");
      lines.add("");
      lines.add("curl -s " + gateway + "/health");
    }
    lines.add("");
    lines.add("Ctrl-C ends it.");
    return lines;
  }

  private static void addExamples(List<String> lines, String gateway, Instance instance) {
    var correlationId = "first-steps-" + Uuid7.next().substring(24);
    var token =
        " -H \"authorization: Bearer $TOKEN\" -H 'x-correlation-id: " + correlationId + "' ";
    lines.add("Create an asset, read it, and see what that set off:");
    lines.add("");
    lines.add(
        "curl -s"
            + token
            + "-H 'content-type: application/json' -d '{\"name\":\"Pump 7\",\"asset_number\":\"P-7\",\"type\":\"pump\",\"status\":\"operational\",\"criticality\":\"high\"}' "
            + gateway
            + "/api/assets");
    lines.add("curl -s" + token + gateway + "/api/assets");
    lines.add(
        "curl -s -H 'authorization: Bearer %s' '%s/admin/traces/%s?format=text'"
            .formatted(instance.adminToken(), instance.console(), correlationId));
    lines.add("");
    lines.add("The last one is also: ./iworx trace " + correlationId);
  }
}
