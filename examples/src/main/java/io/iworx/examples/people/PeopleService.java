package io.iworx.examples.people;

import io.iworx.examples.hosting.Workbench;
import io.iworx.examples.http.Router;
import io.iworx.examples.resource.Resource;
import io.iworx.examples.storage.Database;
import io.iworx.examples.storage.Table;
import io.iworx.server.spi.Host;
import io.iworx.server.spi.HostedService;
import java.util.List;

/** People over HTTP. */
public final class PeopleService implements HostedService {
  private static final Table<Person> PEOPLE = Table.of("people.people", Person.class);

  @Override
  public String name() {
    return "people-service";
  }

  @Override
  public List<String> routes() {
    return List.of("people");
  }

  @Override
  public Running start(Host host) {
    var database = Database.open(host.dataSource(), PeopleService.class);
    var bench = Workbench.of(this, host);
    var people =
        new Resource<>("person", database, PEOPLE, Person.SHAPE, new PersonEvents(bench.bus()));
    var assignments = new AssignmentApi(database, PEOPLE);
    return bench.serve(
        new Router()
            .post("/assignments", assignments::assign)
            .post("/assignments/withdraw", assignments::withdraw)
            .get("/", people::list)
            .post("/", people::create)
            .get("/{id}", people::get)
            .put("/{id}", people::update)
            .delete("/{id}", people::delete));
  }
}
