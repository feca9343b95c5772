package io.iworx.console;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * One thing the admin API answers.
 *
 * @param method GET or POST
 * @param path a fixed path, or one whose last segment is <code>{}</code> for any value
 * @param handler answers
 */
record Endpoint(String method, String path, Handler handler) {
  private static final String ANY = "{}";

  /** Answers a request that was let in. */
  @FunctionalInterface
  interface Handler {
    /**
     * Blocks as long as it needs, on a virtual thread.
     *
     * @param last the last segment of the path
     * @throws Refused to answer with a problem
     */
    Answer answer(HttpServletRequest request, String last) throws Exception;
  }

  /** The last segment of the given path when it is this endpoint's, else null. */
  @Nullable String match(String given) {
    var slash = given.lastIndexOf('/') + 1;
    var last = given.substring(slash);
    if (!path.endsWith(ANY)) {
      return path.equals(given) ? last : null;
    }
    var stem = path.substring(0, path.length() - ANY.length());
    return stem.equals(given.substring(0, slash)) && !last.isEmpty() ? last : null;
  }
}
