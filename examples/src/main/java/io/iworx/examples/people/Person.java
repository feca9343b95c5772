package io.iworx.examples.people;

import io.iworx.examples.http.Check;
import io.iworx.examples.http.RowShape;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Somebody who does work. */
public record Person(
    UUID id,
    String organizationId,
    String firstName,
    String lastName,
    @Nullable String email,
    List<String> skills) {

  static final RowShape<Person> SHAPE = RowShape.of(Person.class, Map.of("skills", List.of()));

  public Person {
    Check.text("first_name", firstName);
    Check.text("last_name", lastName);
    Check.optionalText("email", email);
    skills = Check.list("skills", skills);
    skills.forEach(skill -> Check.text("skills", skill));
  }
}
