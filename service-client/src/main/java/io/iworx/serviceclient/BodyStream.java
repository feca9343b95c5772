package io.iworx.serviceclient;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A request body that is not held in memory: {@code Call.post("/reports",
 * BodyStream.of("application/pdf", file), type)}.
 *
 * @param mediaType sent as {@code content-type}
 * @param length how many bytes it has; -1 when that is not known before
 * @param source where they come from
 */
public record BodyStream(String mediaType, long length, Source source) {

  /** Where the bytes of a body come from. */
  @FunctionalInterface
  public interface Source {

    /**
     * The body from its first byte. Called once for each attempt, on the thread that sends; the
     * stream is closed afterwards. A call whose body cannot be read fails as {@code Permanent}.
     *
     * @throws IOException when it cannot be read
     */
    InputStream open() throws IOException;
  }

  /**
   * Checks the media type.
   *
   * @throws IllegalArgumentException when it cannot stand in a header, or the length is below -1
   */
  public BodyStream {
    HeaderRules.requireValue("media type", mediaType);
    Checks.require(length >= -1, "The length of a body is 0 or more, or -1 when it is not known.");
  }

  /** A body of a length that is not known before. */
  public static BodyStream of(String mediaType, Source source) {
    return new BodyStream(mediaType, -1, source);
  }

  /**
   * The content of a file.
   *
   * @throws IOException when its size cannot be had
   */
  public static BodyStream of(String mediaType, Path file) throws IOException {
    return new BodyStream(mediaType, Files.size(file), () -> Files.newInputStream(file));
  }
}
