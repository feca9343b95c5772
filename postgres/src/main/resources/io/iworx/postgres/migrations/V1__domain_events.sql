-- The event log, from an empty database or on top of the platform's table with its rows.
--
-- Locks: ACCESS EXCLUSIVE on domain_events from the first statement to the commit, so that positions can follow the
-- order of published_at and no row slips in between. Writers wait; they are not refused. On a table with rows this is
-- one pass over it and needs as much free disk space as the table has. A transaction that is
-- open on the table makes the migration give up after the time below rather than queue everybody else behind it.
SET LOCAL lock_timeout = '30s';
SET LOCAL client_min_messages = warning;

CREATE TABLE IF NOT EXISTS domain_events (
  id uuid PRIMARY KEY,
  event_id text NOT NULL UNIQUE,
  event_type text NOT NULL,
  service_name text NOT NULL,
  correlation_id text,
  payload jsonb NOT NULL,
  metadata jsonb,
  published_at timestamptz,
  processed_at timestamptz,
  processed_by text[],
  created_at timestamptz
);

LOCK TABLE domain_events IN ACCESS EXCLUSIVE MODE;

-- Columns an older table may lack. None of these rewrites the table.
ALTER TABLE domain_events
  ADD COLUMN IF NOT EXISTS correlation_id text,
  ADD COLUMN IF NOT EXISTS metadata jsonb,
  ADD COLUMN IF NOT EXISTS published_at timestamptz,
  ADD COLUMN IF NOT EXISTS processed_at timestamptz,
  ADD COLUMN IF NOT EXISTS processed_by text[],
  ADD COLUMN IF NOT EXISTS created_at timestamptz,
  ADD COLUMN key text,
  ADD COLUMN causation_id text,
  ADD COLUMN traceparent text,
  ADD COLUMN tracestate text,
  ADD COLUMN baggage text,
  ADD COLUMN position bigint;

ALTER TABLE domain_events
  ALTER COLUMN id SET DEFAULT gen_random_uuid(),
  ALTER COLUMN event_id SET DEFAULT gen_random_uuid()::text,
  ALTER COLUMN published_at SET DEFAULT clock_timestamp(),
  ALTER COLUMN created_at SET DEFAULT clock_timestamp();

UPDATE domain_events AS event
SET position = numbered.position
FROM (
  SELECT ctid, row_number() OVER (ORDER BY coalesce(published_at, created_at) NULLS FIRST, id) AS position
  FROM domain_events
) AS numbered
WHERE event.ctid = numbered.ctid;

-- CACHE 1 matters: readers rely on numbers being handed out in the order in which they are asked for.
ALTER TABLE domain_events
  ALTER COLUMN position SET NOT NULL,
  ALTER COLUMN position ADD GENERATED ALWAYS AS IDENTITY (CACHE 1);

SELECT setval(pg_get_serial_sequence('domain_events', 'position'), max(position))
FROM domain_events
HAVING max(position) IS NOT NULL;

ALTER TABLE domain_events ADD CONSTRAINT domain_events_position_key UNIQUE (position);

DO $$
DECLARE
  event_id_column int2 := (SELECT attnum FROM pg_attribute
                           WHERE attrelid = 'domain_events'::regclass AND attname = 'event_id');
  correlation_id_column int2 := (SELECT attnum FROM pg_attribute
                                 WHERE attrelid = 'domain_events'::regclass AND attname = 'correlation_id');
BEGIN
  IF NOT EXISTS (SELECT FROM pg_index
                 WHERE indrelid = 'domain_events'::regclass AND indisunique AND indisvalid
                   AND indpred IS NULL AND indnkeyatts = 1 AND indkey[0] = event_id_column) THEN
    CREATE UNIQUE INDEX domain_events_event_id_key ON domain_events (event_id);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_index
                 WHERE indrelid = 'domain_events'::regclass AND indisvalid
                   AND indpred IS NULL AND indkey[0] = correlation_id_column) THEN
    CREATE INDEX domain_events_correlation_id ON domain_events (correlation_id);
  END IF;
END
$$;

COMMENT ON TABLE domain_events IS
  'What happened, in order: append only. Rows may be inserted directly; all columns but event_type, service_name and payload have defaults.';
COMMENT ON COLUMN domain_events.id IS 'The row; events are named by event_id.';
COMMENT ON COLUMN domain_events.event_id IS 'One id, one event: the same id cannot be stored twice.';
COMMENT ON COLUMN domain_events.event_type IS 'What kind of thing happened, such as work_order.created.';
COMMENT ON COLUMN domain_events.service_name IS 'The service that published it.';
COMMENT ON COLUMN domain_events.correlation_id IS 'The same for everything one outside request set off; see the view correlation_timeline.';
COMMENT ON COLUMN domain_events.payload IS 'What happened, as a JSON object.';
COMMENT ON COLUMN domain_events.metadata IS 'createdBy, organizationId and whatever the publisher added.';
COMMENT ON COLUMN domain_events.published_at IS 'When it was published. A transaction that commits late keeps its time.';
COMMENT ON COLUMN domain_events.processed_at IS 'Written by services of the old platform only; see the view domain_event_status.';
COMMENT ON COLUMN domain_events.processed_by IS 'Written by services of the old platform only; see the view domain_event_status.';
COMMENT ON COLUMN domain_events.created_at IS 'When the row was written.';
COMMENT ON COLUMN domain_events.position IS 'Its place in the log: what subscriptions count by. Gaps are normal (rolled back, or an id that was there already).';
COMMENT ON COLUMN domain_events.key IS 'What order is kept by, usually the aggregate''s id; NULL for none.';
COMMENT ON COLUMN domain_events.causation_id IS 'The gateway hop, event or saga step that directly caused it; NULL when unknown.';
COMMENT ON COLUMN domain_events.traceparent IS 'W3C trace context it was published in.';
COMMENT ON COLUMN domain_events.tracestate IS 'W3C trace context it was published in.';
COMMENT ON COLUMN domain_events.baggage IS 'W3C baggage it was published in.';
