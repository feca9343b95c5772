package io.iworx.examples.workorders;

import io.iworx.examples.http.Answer;
import io.iworx.examples.http.HttpError;
import io.iworx.examples.http.Request;
import io.iworx.examples.http.Router;
import io.iworx.examples.resource.Resource;
import io.iworx.examples.storage.Database;

/** Work orders over HTTP. */
final class WorkOrderApi {
  private static final String NOUN = "work order";

  private final Database database;
  private final Resource<WorkOrder> rows;
  private final Enrichment enrichment;
  private final Opening opening;

  WorkOrderApi(Database database, WorkOrderEvents events, Enrichment enrichment, Opening opening) {
    this.database = database;
    this.rows = new Resource<>(NOUN, database, WorkOrders.TABLE, WorkOrder.SHAPE, events);
    this.enrichment = enrichment;
    this.opening = opening;
  }

  Router router() {
    return new Router()
        .get("/", this::list)
        .post("/", request -> opening.open(request.asNew(WorkOrder.SHAPE)))
        .get("/stats", _ -> Answer.ok(database.inTransaction(WorkOrders::stats)))
        .get("/{id}", this::get)
        .put("/{id}", rows::update)
        .delete("/{id}", rows::delete);
  }

  private Answer list(Request request) {
    var orders =
        database.inTransaction(connection -> WorkOrders.TABLE.list(connection, request.limit()));
    return Answer.ok(enrichment.all(orders));
  }

  private Answer get(Request request) {
    var id = request.id(NOUN);
    var order =
        database.inTransaction(
            connection ->
                WorkOrders.TABLE
                    .find(connection, id)
                    .orElseThrow(() -> HttpError.notFound(NOUN, id)));
    return Answer.ok(enrichment.one(order));
  }
}
