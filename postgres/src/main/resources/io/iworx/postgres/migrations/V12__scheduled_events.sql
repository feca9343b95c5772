-- Events that enter the log at a time to come. Takes no lock on existing tables.

CREATE TABLE scheduled_events (
  event_id text PRIMARY KEY,
  due_at timestamptz NOT NULL,
  event_type text NOT NULL,
  service_name text NOT NULL,
  correlation_id text NOT NULL,
  causation_id text,
  key text,
  payload jsonb NOT NULL,
  metadata jsonb NOT NULL,
  traceparent text,
  tracestate text,
  baggage text,
  expires_at timestamptz,
  scheduled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  refused text
);
CREATE INDEX scheduled_events_due_at ON scheduled_events (due_at) WHERE refused IS NULL;

COMMENT ON TABLE scheduled_events IS 'Events that enter domain_events when due, moved by any running service. DELETE one to cancel it.';
COMMENT ON COLUMN scheduled_events.due_at IS 'When it enters the log; by the clock of this database.';
COMMENT ON COLUMN scheduled_events.scheduled_at IS 'When it was scheduled.';
COMMENT ON COLUMN scheduled_events.refused IS 'Why it did not enter the log though it was due; NULL for those to come.';
