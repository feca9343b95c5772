package io.iworx.serviceclient;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What came with a body.
 *
 * @param status the HTTP status, 200 to 299
 * @param headers response headers by lower-case name
 * @param correlationId the correlation id of the call
 * @param attempts how many times it was tried, from 1
 * @param elapsed the time from the call to the whole body
 */
public record ResponseMeta(
    int status,
    Map<String, List<String>> headers,
    String correlationId,
    int attempts,
    Duration elapsed) {}
