package io.iworx.examples.storage;

import io.iworx.examples.http.Json;
import java.lang.reflect.Type;
import java.sql.Types;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.argument.ArgumentFactory;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.generic.GenericTypes;
import org.jdbi.v3.core.mapper.ColumnMapper;
import org.jdbi.v3.core.mapper.ColumnMapperFactory;

/** How a record's components stand in columns: enums in lower case, lists as {@code jsonb}. */
final class Columns {
  private Columns() {}

  static Jdbi register(Jdbi jdbi) {
    return jdbi.registerArgument(new AsColumn()).registerColumnMapper(new JsonLists());
  }

  private static final class AsColumn implements ArgumentFactory {
    @Override
    public Optional<Argument> build(Type type, Object value, ConfigRegistry config) {
      return switch (value) {
        case Enum<?> constant ->
            Optional.of((at, s, _) -> s.setString(at, constant.name().toLowerCase(Locale.ROOT)));
        // Typed by the server: PostgreSQL takes no varchar for jsonb.
        case List<?> list ->
            Optional.of((at, s, _) -> s.setObject(at, Json.write(list), Types.OTHER));
        case null, default -> Optional.empty();
      };
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
