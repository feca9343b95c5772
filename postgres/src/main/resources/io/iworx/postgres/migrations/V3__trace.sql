-- What one correlation id set off. Takes no lock on existing tables.

CREATE TABLE trace_entries (
  kind text NOT NULL,
  id text NOT NULL,
  correlation_id text NOT NULL,
  caused_by text,
  caller text,
  user_id text,
  organization_id text,
  service text NOT NULL,
  name text NOT NULL,
  started_at timestamptz NOT NULL,
  duration interval NOT NULL,
  succeeded boolean NOT NULL,
  detail text,
  PRIMARY KEY (kind, id)
);
CREATE INDEX trace_entries_correlation_id ON trace_entries (correlation_id);
-- Rows arrive in about the order of their time: a few kilobytes of index find the old ones for deletion.
CREATE INDEX trace_entries_started_at ON trace_entries USING brin (started_at);

COMMENT ON TABLE trace_entries IS 'Gateway hops, deliveries, sagas and their steps. Recorded aside from the work: some may be missing after an overload.';
COMMENT ON COLUMN trace_entries.kind IS 'HOP, DELIVERY, SAGA or STEP; events are in domain_events.';
COMMENT ON COLUMN trace_entries.id IS 'Its own id, which others name in caused_by.';
COMMENT ON COLUMN trace_entries.correlation_id IS 'The same for everything one outside request set off.';
COMMENT ON COLUMN trace_entries.caused_by IS 'The id of the hop, event or saga step that directly caused it; NULL when unknown.';
COMMENT ON COLUMN trace_entries.caller IS 'The service that called; external for a user''s call.';
COMMENT ON COLUMN trace_entries.user_id IS 'The user it was done for.';
COMMENT ON COLUMN trace_entries.organization_id IS 'Whose row this is: other organizations do not see it.';
COMMENT ON COLUMN trace_entries.service IS 'The service that did it; for a hop the one that was called.';
COMMENT ON COLUMN trace_entries.name IS 'What was done: POST /api/work-orders, a subscription, a saga or step.';
COMMENT ON COLUMN trace_entries.detail IS 'How it ended, in a few words.';

CREATE VIEW correlation_timeline AS
SELECT *
FROM (
  SELECT correlation_id, started_at AS at, kind, name, service, caller, id, caused_by, duration, succeeded, detail,
         organization_id, user_id
  FROM trace_entries
  UNION ALL
  SELECT correlation_id, coalesce(published_at, created_at, '-infinity'), 'EVENT', event_type, service_name, NULL,
         event_id, causation_id, interval '0', true, 'position ' || position,
         metadata ->> 'organizationId', metadata ->> 'createdBy'
  FROM domain_events
  UNION ALL
  SELECT correlation_id, set_aside_at, 'DEAD_LETTER', subscription, service_name, NULL,
         subscription || ':' || event_id, event_id, interval '0', false,
         'set aside after ' || attempts || CASE attempts WHEN 1 THEN ' attempt: ' ELSE ' attempts: ' END || reason,
         organization_id, NULL
  FROM event_dead_letters
) AS entry
ORDER BY at;

COMMENT ON VIEW correlation_timeline IS
  'Everything known about a correlation id by time: SELECT * FROM correlation_timeline WHERE correlation_id = ''...''.';
