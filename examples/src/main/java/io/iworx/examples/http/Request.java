package io.iworx.examples.http;

import io.iworx.correlation.Uuid7;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/** A request that a route was found for. */
public final class Request {
  /** The largest body: 1 MiB. */
  public static final int MAX_BODY_BYTES = 1 << 20;

  /** Members of a row that never change. */
  private static final Set<String> KEPT = Set.of("id", "organization_id");

  private final HttpServletRequest request;
  private final Map<String, String> path;

  Request(HttpServletRequest request, Map<String, String> path) {
    this.request = request;
    this.path = path;
  }

  /**
   * The {@code {id}} of the path.
   *
   * @param noun what it is the id of, for the answer when there cannot be one
   */
  public UUID id(String noun) {
    var id = path.getOrDefault("id", "");
    try {
      return UUID.fromString(id);
    } catch (IllegalArgumentException e) {
      throw HttpError.notFound(noun, id);
    }
  }

  /** The first value of a header. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeader(name));
  }

  /** The query parameter {@code limit}: how many rows to list. */
  public int limit() {
    var limit = request.getParameter("limit");
    try {
      return limit == null ? 100 : Check.between("limit", 1, 1000, Integer.parseInt(limit));
    } catch (NumberFormatException e) {
      throw HttpError.badField("limit", "must be a number");
    }
  }

  /** The body as a value of its own. */
  public <T> T body(Class<T> type) throws IOException {
    return Json.value(object(), type);
  }

  /** The body as a new row: with a fresh id, owned as {@link Tenancy} says. */
  public <T extends Record> T asNew(RowShape<T> shape) throws IOException {
    var body = object();
    var row = Json.tree(shape.defaults());
    row.setAll(body.deepCopy().without(shape.ours()));
    row.put("id", Uuid7.next());
    row.put("organization_id", Tenancy.ownerOfNewRow(body.path("organization_id").asString(null)));
    return Json.value(row, shape.type());
  }

  /** The row with the members changed that the body has; the others stay. */
  public <T extends Record> T asChangeOf(T row, RowShape<T> shape) throws IOException {
    var changed = Json.tree(row);
    changed.setAll(object().without(KEPT).without(shape.ours()).without(shape.fixed()));
    return Json.value(changed, shape.type());
  }

  private ObjectNode object() throws IOException {
    var body = request.getInputStream().readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      throw new HttpError(413, "The body is larger than " + MAX_BODY_BYTES + " bytes", Map.of());
    }
    return Json.object(body);
  }
}
