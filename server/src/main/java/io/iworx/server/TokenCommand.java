package io.iworx.server;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "token",
    header = "Prints a token that the gateway believes.",
    description =
        "Signed with the secret of the instance that runs on the data folder; else with IWORX_JWT_SECRET where that is set, else with the folder's own. Prints the token and nothing else.",
    footer = {
      "",
      "Examples:",
      "  A user:                      ./iworx token --user ada --organization acme",
      "  One who sees all projects:   ./iworx token --user ada --organization acme --cross-project",
      "  A service (service_role):    ./iworx token --service work-order-service --ttl 12h",
      "  For browsers, as apikey:     ./iworx token --anon --ttl 365d",
      "  In a call:                   curl -H \"authorization: Bearer $(./iworx token --user ada --organization acme)\" http://localhost:8080/api/assets"
    })
final class TokenCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @ArgGroup(multiplicity = "1")
  Bearer bearer = new Bearer();

  @Option(
      names = "--organization",
      paramLabel = "O",
      description = "The organization whose rows the user sees.")
  @Nullable String organization;

  @Option(names = "--cross-project", description = "The user sees the rows of all organizations.")
  boolean crossProject;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      defaultValue = "1h",
      description = "How long it lasts: 90s, 15m, 1h, 30d (default: ${DEFAULT-VALUE}).")
  Duration ttl = Tokens.DEFAULT_LIFETIME;

  @Spec @Nullable CommandSpec spec;

  /** Whose token. */
  static final class Bearer {
    @Option(names = "--user", paramLabel = "U", description = "A user's token, for user id U.")
    @Nullable String user;

    @Option(
        names = "--service",
        paramLabel = "NAME",
        description = "A service's token; it may assert on whose behalf it calls.")
    @Nullable String service;

    @Option(names = "--anon", description = "Nobody's token: public routes only.")
    boolean anonymous;
  }

  @Override
  public Integer call() {
    var secret =
        Instance.find(data.path)
            .map(Instance::jwtSecret)
            .orElseGet(() -> Secret.ofExisting(data.path, System.getenv()));
    var tokens = Tokens.of(secret, Clock.systemUTC());
    Terminal.print(spec, mint(tokens));
    return 0;
  }

  private String mint(Tokens tokens) {
    if (bearer.user == null && (organization != null || crossProject)) {
      throw CommandException.unusable(
          "--organization and --cross-project say what a user sees: give --user as well. A service asserts them call by call.");
    }
    if (bearer.user != null) {
      return tokens.user(bearer.user, organization, crossProject, ttl);
    }
    return bearer.service != null ? tokens.service(bearer.service, ttl) : tokens.anonymous(ttl);
  }
}
