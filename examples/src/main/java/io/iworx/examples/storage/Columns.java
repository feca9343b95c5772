package io.iworx.examples.storage;

import io.iworx.examples.http.Json;
import java.lang.reflect.Type;
import java.sql.Types;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.argument.ArgumentFactory;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.generic.GenericTypes;
import org.jdbi.v3.core.mapper.ColumnMapper;
import org.jdbi.v3.core.mapper.ColumnMapperFactory;
import org.jspecify.annotations.Nullable;

/** How a record's components stand in columns: enums in lower case, lists as {@code jsonb}. */
final class Columns {
  private Columns() {}

  static Jdbi register(Jdbi jdbi) {
    return jdbi.registerArgument(new AsColumn()).registerColumnMapper(new JsonLists());
  }

  /** By the component's type, so that it holds for null as well. */
  private static final class AsColumn implements ArgumentFactory.Preparable {
    @Override
    public Optional<Function<Object, Argument>> prepare(Type type, ConfigRegistry config) {
      var erased = GenericTypes.getErasedType(type);
      if (erased.isEnum()) {
        return Optional.of(value -> (at, s, _) -> s.setString(at, lowerCase(value)));
      }
      // Typed by the server: PostgreSQL takes no varchar for jsonb or uuid, not even a null one.
      if (erased == List.class) {
        return Optional.of(value -> (at, s, _) -> s.setObject(at, json(value), Types.OTHER));
      }
      return erased == UUID.class
          ? Optional.of(value -> (at, s, _) -> s.setObject(at, value, Types.OTHER))
          : Optional.empty();
    }

    private static @Nullable String lowerCase(@Nullable Object value) {
      return value == null ? null : value.toString().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String json(@Nullable Object value) {
      return value == null ? null : Json.write(value);
    }
  }

  private static final class JsonLists implements ColumnMapperFactory {
    @Override
    public Optional<ColumnMapper<?>> build(Type type, ConfigRegistry config) {
      return GenericTypes.getErasedType(type) == List.class
          ? Optional.of((rows, column, _) -> Json.read(rows.getString(column), type))
          : Optional.empty();
    }
  }
}
