package io.iworx.examples.storage;

import io.iworx.examples.http.Tenancy;
import java.lang.reflect.RecordComponent;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * The ordinary statements of a table whose rows are one record: a column for each component, {@code
 * id} and {@code organization_id} among them.
 *
 * <p>Tenancy is here, once: every statement but an insert touches only rows that the {@linkplain
 * Tenancy#identity() identity in scope} may see. Each works on the connection of the caller's
 * transaction.
 */
public final class Table<T extends Record> {
  private static final String VISIBLE = "(:everywhere OR organization_id = :organization)";

  private final String name;
  private final Class<T> type;
  private final List<String> components;

  private Table(String name, Class<T> type, List<String> components) {
    this.name = name;
    this.type = type;
    this.components = components;
  }

  /** A table by its name with its schema: {@code assets.assets}. */
  public static <T extends Record> Table<T> of(String name, Class<T> type) {
    var components =
        Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();
    return new Table<>(name, type, components);
  }

  public T insert(Connection connection, T row) {
    insert(connection, row, "");
    return row;
  }

  /** Whether the row was inserted: not when one with the same unique key is there already. */
  public boolean insertIfAbsent(Connection connection, T row) {
    return insert(connection, row, " ON CONFLICT DO NOTHING") > 0;
  }

  private int insert(Connection connection, T row, String otherwise) {
    var sql = "INSERT INTO %s (%s) VALUES (%s)" + otherwise;
    return Database.on(connection)
        .createUpdate(sql.formatted(name, each(Table::column), each(it -> ":" + it)))
        .bindMethods(row)
        .execute();
  }

  public T update(Connection connection, T row) {
    var sql = "UPDATE %s SET %s WHERE id = :id AND " + VISIBLE;
    var update =
        Database.on(connection)
            .createUpdate(sql.formatted(name, each(it -> column(it) + " = :" + it)));
    scoped(update).bindMethods(row).execute();
    return row;
  }

  /** Whether there was such a row to delete. */
  public boolean delete(Connection connection, UUID id) {
    var sql = "DELETE FROM %s WHERE id = :id AND " + VISIBLE;
    var delete = Database.on(connection).createUpdate(sql.formatted(name)).bind("id", id);
    return scoped(delete).execute() > 0;
  }

  public Optional<T> find(Connection connection, UUID id) {
    return select(connection, "id = :id", query -> query.bind("id", id)).stream().findFirst();
  }

  /** Finds the row and keeps others from changing it until the transaction ends. */
  public Optional<T> lock(Connection connection, UUID id) {
    return select(connection, "id = :id FOR UPDATE", query -> query.bind("id", id)).stream()
        .findFirst();
  }

  /** The newest rows: ids are sorted by time. */
  public List<T> list(Connection connection, int limit) {
    return select(
        connection, "true ORDER BY id DESC LIMIT :limit", query -> query.bind("limit", limit));
  }

  /**
   * The rows that fulfil a condition, in SQL; what may follow a condition may follow here.
   *
   * @param bindings binds the condition's parameters
   */
  public List<T> select(Connection connection, String condition, UnaryOperator<Query> bindings) {
    var sql = "SELECT * FROM %s WHERE " + VISIBLE + " AND %s";
    var query = Database.on(connection).createQuery(sql.formatted(name, condition));
    return bindings.apply(scoped(query)).map(ConstructorMapper.of(type)).list();
  }

  /** One answer about all rows there are to be seen: aggregates, read as a record. */
  public <R extends Record> R summary(Connection connection, String aggregates, Class<R> answer) {
    var sql = "SELECT %s FROM %s WHERE " + VISIBLE;
    var query = Database.on(connection).createQuery(sql.formatted(aggregates, name));
    return scoped(query).map(ConstructorMapper.of(answer)).one();
  }

  private static <S extends SqlStatement<S>> S scoped(S statement) {
    var identity = Tenancy.identity();
    return statement
        .bind("everywhere", identity.crossProjectAccess())
        .bind("organization", identity.organizationId());
  }

  private String each(UnaryOperator<String> component) {
    return components.stream().map(component).collect(Collectors.joining(", "));
  }

  /** {@code assetId} stands in the column {@code asset_id}. */
  private static String column(String component) {
    return component.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
