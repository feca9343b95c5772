package io.iworx.examples.resource;

import io.iworx.examples.http.Answer;
import io.iworx.examples.http.HttpError;
import io.iworx.examples.http.Request;
import io.iworx.examples.http.RowShape;
import io.iworx.examples.storage.Database;
import io.iworx.examples.storage.Table;
import java.io.IOException;

/**
 * Answers for the rows of one table. A row of another organization is a row that is not there.
 *
 * @param noun what a row is called in errors
 * @param database where the table is
 * @param table the rows
 * @param shape how a row comes from a body
 * @param changes told of each change, in its transaction
 */
public record Resource<T extends Record>(
    String noun, Database database, Table<T> table, RowShape<T> shape, Changes<T> changes) {

  public Answer list(Request request) {
    return Answer.ok(database.inTransaction(connection -> table.list(connection, request.limit())));
  }

  public Answer get(Request request) {
    var id = request.id(noun);
    return Answer.ok(
        database.inTransaction(
            connection ->
                table.find(connection, id).orElseThrow(() -> HttpError.notFound(noun, id))));
  }

  public Answer create(Request request) throws IOException {
    var row = request.asNew(shape);
    return Answer.created(
        database.inTransaction(
            connection -> {
              table.insert(connection, row);
              changes.created(connection, row);
              return row;
            }));
  }

  public Answer update(Request request) throws IOException {
    var id = request.id(noun);
    return Answer.ok(
        database.inTransaction(
            connection -> {
              var before =
                  table.lock(connection, id).orElseThrow(() -> HttpError.notFound(noun, id));
              var after = table.update(connection, request.asChangeOf(before, shape));
              changes.updated(connection, before, after);
              return after;
            }));
  }

  public Answer delete(Request request) {
    var id = request.id(noun);
    return database.inTransaction(
        connection -> {
          var row = table.lock(connection, id).orElseThrow(() -> HttpError.notFound(noun, id));
          table.delete(connection, id);
          changes.deleted(connection, row);
          return Answer.DELETED;
        });
  }
}
