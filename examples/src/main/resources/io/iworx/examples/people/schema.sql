CREATE SCHEMA IF NOT EXISTS people;

CREATE TABLE IF NOT EXISTS people.people (
  id              uuid PRIMARY KEY,
  organization_id text NOT NULL,
  first_name      text NOT NULL,
  last_name       text NOT NULL,
  email           text,
  skills          jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS people_by_organization ON people.people (organization_id, id);

-- An assignment that was withdrawn before it was made has no person: it keeps the late request out.
CREATE TABLE IF NOT EXISTS people.assignments (
  id              uuid PRIMARY KEY,
  organization_id text NOT NULL,
  idempotency_key text NOT NULL,
  work_order_id   text NOT NULL,
  person_id       uuid,
  state           text NOT NULL,
  UNIQUE (organization_id, idempotency_key)
);
CREATE INDEX IF NOT EXISTS assignments_by_person ON people.assignments (organization_id, person_id);
