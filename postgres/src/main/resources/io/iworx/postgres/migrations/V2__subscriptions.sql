-- Who reads the log, how far they are, and what they could not handle. Takes no lock on existing tables.

-- Half-empty pages: a checkpoint moves often, and stays on its page.
CREATE TABLE event_subscriptions (
  name text PRIMARY KEY,
  service text NOT NULL,
  patterns text[] NOT NULL,
  started_at bigint NOT NULL,
  checkpoint bigint NOT NULL,
  instance text,
  lease_until timestamptz,
  fence bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  claimed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  advanced_at timestamptz
) WITH (fillfactor = 50);

COMMENT ON TABLE event_subscriptions IS 'The durable named readers of domain_events.';
COMMENT ON COLUMN event_subscriptions.service IS 'The service that subscribed last.';
COMMENT ON COLUMN event_subscriptions.patterns IS 'The event types it wants; work_order.* and * are patterns.';
COMMENT ON COLUMN event_subscriptions.started_at IS 'The position it began after.';
COMMENT ON COLUMN event_subscriptions.checkpoint IS 'Every event up to this position is handled, not wanted, or a dead letter.';
COMMENT ON COLUMN event_subscriptions.instance IS 'The running copy that delivers for it until lease_until.';
COMMENT ON COLUMN event_subscriptions.lease_until IS 'When another instance may take over unless prolonged; by the clock of this database.';
COMMENT ON COLUMN event_subscriptions.fence IS 'Grows with each takeover: a stale instance cannot move the checkpoint.';
COMMENT ON COLUMN event_subscriptions.claimed_at IS 'When the present instance took it.';
COMMENT ON COLUMN event_subscriptions.advanced_at IS 'When the checkpoint or the lease was last moved.';

CREATE TABLE event_dead_letters (
  subscription text NOT NULL,
  event_id text NOT NULL,
  position bigint NOT NULL,
  event_type text NOT NULL,
  service_name text NOT NULL,
  correlation_id text,
  causation_id text,
  key text,
  payload text NOT NULL,
  metadata text NOT NULL,
  published_at timestamptz NOT NULL,
  organization_id text,
  traceparent text,
  tracestate text,
  baggage text,
  attempts integer NOT NULL,
  reason text NOT NULL,
  set_aside_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (subscription, event_id)
);
CREATE INDEX event_dead_letters_correlation_id ON event_dead_letters (correlation_id);

COMMENT ON TABLE event_dead_letters IS 'Events a subscription could not handle, each a copy of its own, so that they outlive the log.';
COMMENT ON COLUMN event_dead_letters.organization_id IS 'Whose event it is, from its metadata.';
COMMENT ON COLUMN event_dead_letters.attempts IS 'How often it was handed to the handler.';
COMMENT ON COLUMN event_dead_letters.reason IS 'Why it was set aside.';
COMMENT ON COLUMN event_dead_letters.set_aside_at IS 'When it was set aside.';

-- Lateral, so that looking at one event reads one event.
CREATE VIEW domain_event_status AS
SELECT event.position, event.event_id, event.event_type, event.correlation_id, event.published_at,
       reader.handled_by, reader.waiting_for, reader.dead_lettered_by
FROM domain_events AS event
CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(s.name ORDER BY s.name)
                    FILTER (WHERE dead.event_id IS NULL AND s.checkpoint >= event.position), '{}') AS handled_by,
         coalesce(array_agg(s.name ORDER BY s.name)
                    FILTER (WHERE dead.event_id IS NULL AND s.checkpoint < event.position), '{}') AS waiting_for,
         coalesce(array_agg(s.name ORDER BY s.name)
                    FILTER (WHERE dead.event_id IS NOT NULL), '{}') AS dead_lettered_by
  FROM event_subscriptions AS s
  LEFT JOIN event_dead_letters AS dead ON dead.subscription = s.name AND dead.event_id = event.event_id
  WHERE s.started_at < event.position
    AND EXISTS (SELECT FROM unnest(s.patterns) AS p(pattern)
                WHERE event.event_type = p.pattern
                   OR (right(p.pattern, 1) = '*' AND starts_with(event.event_type, left(p.pattern, -1))))
) AS reader;

COMMENT ON VIEW domain_event_status IS 'For each event: the subscriptions that want it and are past it, still before it, or could not handle it.';
COMMENT ON COLUMN domain_event_status.handled_by IS 'Subscriptions past it.';
COMMENT ON COLUMN domain_event_status.waiting_for IS 'Subscriptions that have not come to it yet.';
COMMENT ON COLUMN domain_event_status.dead_lettered_by IS 'Subscriptions that set it aside; see event_dead_letters.';
