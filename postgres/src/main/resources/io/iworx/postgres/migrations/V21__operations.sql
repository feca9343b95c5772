-- What operators did to subscriptions. A new table: nothing is locked.

CREATE TABLE event_operations (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL DEFAULT current_user,
  action text NOT NULL,
  subscription text NOT NULL,
  detail text NOT NULL
);
COMMENT ON TABLE event_operations IS 'What operators did to subscriptions and dead letters, each written with what it did.';
COMMENT ON COLUMN event_operations.actor IS 'The database user it was done as.';
