-- Subscriptions in partitions, what waits in them, and dead letters that can be delivered again.
--
-- Locks: ACCESS EXCLUSIVE on event_subscriptions and event_dead_letters, small tables, for a moment; none on
-- domain_events.
SET LOCAL lock_timeout = '30s';

DROP VIEW domain_event_status;

ALTER TABLE event_subscriptions
  ADD COLUMN definition integer NOT NULL DEFAULT 1,
  ADD COLUMN partitions integer NOT NULL DEFAULT 4,
  ADD COLUMN paused boolean NOT NULL DEFAULT false,
  ADD COLUMN stop_at bigint;
COMMENT ON COLUMN event_subscriptions.definition IS 'The number of its newest definition: instances with an older one do not deliver.';
COMMENT ON COLUMN event_subscriptions.partitions IS 'How many parts it has; see event_subscription_partitions.';
COMMENT ON COLUMN event_subscriptions.paused IS 'Nobody delivers while this is true.';
COMMENT ON COLUMN event_subscriptions.stop_at IS 'Nothing above this position is delivered: it is being given another number of partitions.';

-- Half-empty pages: a checkpoint moves often, and stays on its page.
CREATE TABLE event_subscription_partitions (
  subscription text NOT NULL REFERENCES event_subscriptions (name) ON DELETE CASCADE,
  partition integer NOT NULL,
  checkpoint bigint NOT NULL,
  pending int8multirange NOT NULL DEFAULT '{}',
  instance text,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  claimed_at timestamptz,
  advanced_at timestamptz,
  PRIMARY KEY (subscription, partition)
) WITH (fillfactor = 50);
COMMENT ON TABLE event_subscription_partitions IS 'How far each part of a subscription is, and who delivers for it. An event belongs to partition event_slot(key, position) % partitions.';
COMMENT ON COLUMN event_subscription_partitions.checkpoint IS 'Everything up to this position is handled, not wanted, a dead letter or blocked, save what is pending.';
COMMENT ON COLUMN event_subscription_partitions.pending IS 'Positions up to the checkpoint that are not done: their transactions had not ended, or they are in a handler''s hands.';
COMMENT ON COLUMN event_subscription_partitions.instance IS 'The running copy that delivers for it until lease_until.';
COMMENT ON COLUMN event_subscription_partitions.lease_until IS 'When another instance may take over unless prolonged; by the clock of this database.';
COMMENT ON COLUMN event_subscription_partitions.fence IS 'Grows with each takeover: a stale instance cannot move the checkpoint.';

INSERT INTO event_subscription_partitions (subscription, partition, checkpoint, fence)
SELECT name, partition, checkpoint, fence
FROM event_subscriptions, generate_series(0, 3) AS partition;

ALTER TABLE event_subscriptions
  DROP COLUMN checkpoint,
  DROP COLUMN instance,
  DROP COLUMN lease_until,
  DROP COLUMN fence,
  DROP COLUMN claimed_at,
  DROP COLUMN advanced_at;

CREATE TABLE event_subscription_instances (
  subscription text NOT NULL REFERENCES event_subscriptions (name) ON DELETE CASCADE,
  instance text NOT NULL,
  definition integer NOT NULL,
  lease_until timestamptz NOT NULL,
  PRIMARY KEY (subscription, instance)
) WITH (fillfactor = 50);
COMMENT ON TABLE event_subscription_instances IS 'The running copies that serve a subscription: the partitions are divided among those with its newest definition.';

CREATE TABLE event_blocked_keys (
  subscription text NOT NULL REFERENCES event_subscriptions (name) ON DELETE CASCADE,
  position bigint NOT NULL,
  partition integer NOT NULL,
  key text,
  event_id text,
  attempts integer NOT NULL,
  retry_at timestamptz,
  reason text NOT NULL,
  blocked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX event_blocked_keys_id ON event_blocked_keys (subscription, position, (coalesce(key, '')));
COMMENT ON TABLE event_blocked_keys IS 'What waits although the checkpoint is past it: the events of a key from a position on, or one event without a key.';
COMMENT ON COLUMN event_blocked_keys.position IS 'The first position that waits.';
COMMENT ON COLUMN event_blocked_keys.key IS 'Whose events wait; NULL for the one event at the position.';
COMMENT ON COLUMN event_blocked_keys.event_id IS 'The event that failed and holds the others up; NULL when they only wait to be read again.';
COMMENT ON COLUMN event_blocked_keys.attempts IS 'How often that event was tried.';
COMMENT ON COLUMN event_blocked_keys.retry_at IS 'When it is tried again; NULL when it waits for its dead letter to be redriven or discarded.';
COMMENT ON COLUMN event_blocked_keys.reason IS 'What it failed of last.';

ALTER TABLE event_dead_letters
  ADD COLUMN detail text NOT NULL DEFAULT '',
  ADD COLUMN redrive boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN event_dead_letters.detail IS 'The stack of the last failure.';
COMMENT ON COLUMN event_dead_letters.redrive IS 'Set it to true to have the event delivered again, as it stands here; false again when that fails.';
CREATE INDEX event_dead_letters_redrive ON event_dead_letters (subscription) WHERE redrive;
CREATE INDEX event_dead_letters_key ON event_dead_letters (subscription, key) WHERE key IS NOT NULL;

-- The same as LogEntry.slotOf.
CREATE FUNCTION event_slot(key text, "position" bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN key IS NULL THEN "position" & 2147483647
  ELSE ('x' || encode(substring(sha256(convert_to(key, 'UTF8')) FROM 1 FOR 4), 'hex'))::bit(32)::bigint & 2147483647
END;
COMMENT ON FUNCTION event_slot IS 'The slot of an event: its partition in a subscription is the remainder by the number of partitions.';

-- Lateral, so that looking at one event reads one event.
CREATE VIEW domain_event_status AS
SELECT event.position, event.event_id, event.event_type, event.correlation_id, event.published_at,
       reader.handled_by, reader.waiting_for, reader.blocked_for, reader.dead_lettered_by
FROM domain_events AS event
CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(name ORDER BY name) FILTER (WHERE state = 'handled'), '{}') AS handled_by,
         coalesce(array_agg(name ORDER BY name) FILTER (WHERE state = 'waiting'), '{}') AS waiting_for,
         coalesce(array_agg(name ORDER BY name) FILTER (WHERE state = 'blocked'), '{}') AS blocked_for,
         coalesce(array_agg(name ORDER BY name) FILTER (WHERE state = 'dead'), '{}') AS dead_lettered_by
  FROM (
    SELECT s.name,
           CASE
             WHEN dead.event_id IS NOT NULL THEN 'dead'
             WHEN p.checkpoint < event.position OR p.pending @> event.position THEN 'waiting'
             WHEN EXISTS (SELECT FROM event_blocked_keys AS b
                          WHERE b.subscription = s.name
                            AND (b.position = event.position OR (b.key = event.key AND b.position < event.position)))
               THEN 'blocked'
             ELSE 'handled'
           END AS state
    FROM event_subscriptions AS s
    JOIN event_subscription_partitions AS p
      ON p.subscription = s.name AND p.partition = event_slot(event.key, event.position) % s.partitions
    LEFT JOIN event_dead_letters AS dead ON dead.subscription = s.name AND dead.event_id = event.event_id
    WHERE s.started_at < event.position
      AND EXISTS (SELECT FROM unnest(s.patterns) AS w(pattern)
                  WHERE event.event_type = w.pattern
                     OR (right(w.pattern, 1) = '*' AND starts_with(event.event_type, left(w.pattern, -1))))
  ) AS each
) AS reader;

COMMENT ON VIEW domain_event_status IS 'For each event: the subscriptions that want it and are past it, still before it, have it or its key blocked, or could not handle it.';
COMMENT ON COLUMN domain_event_status.handled_by IS 'Subscriptions past it.';
COMMENT ON COLUMN domain_event_status.waiting_for IS 'Subscriptions that have not come to it yet, or have it in hand.';
COMMENT ON COLUMN domain_event_status.blocked_for IS 'Subscriptions in which it failed and is tried again, or its key waits; see event_blocked_keys.';
COMMENT ON COLUMN domain_event_status.dead_lettered_by IS 'Subscriptions that set it aside; see event_dead_letters.';
