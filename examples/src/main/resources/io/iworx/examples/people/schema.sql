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
