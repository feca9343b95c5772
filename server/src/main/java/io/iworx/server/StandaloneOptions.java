package io.iworx.server;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a service is started with in a process of its own.
 *
 * @param gateway where the gateway listens
 * @param database the PostgreSQL database, {@code jdbc:postgresql://…} or {@code postgresql://…}
 * @param port the port to listen on, on 127.0.0.1; 0 for a free one
 * @param folder the data folder whose secret signs the service's token
 * @param token the service's token; null for one signed with the folder's secret and renewed
 */
public record StandaloneOptions(
    URI gateway, String database, int port, Path folder, @Nullable String token) {}
