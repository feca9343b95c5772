-- Of an event that showed late, because its transaction was long, later ones of its key may have been delivered before.
-- When it fails they do not wait behind it: from where on others do is a column of its own. Takes ACCESS EXCLUSIVE on a
-- small table and on the view for a moment. Of rows that are there nothing is known of it: all later ones wait.
SET LOCAL lock_timeout = '30s';

ALTER TABLE event_blocked_keys ADD COLUMN behind bigint;
UPDATE event_blocked_keys SET behind = position + CASE WHEN event_id IS NULL THEN 0 ELSE 1 END;
ALTER TABLE event_blocked_keys ALTER COLUMN behind SET NOT NULL;
COMMENT ON COLUMN event_blocked_keys.behind IS 'The first position whose event of the key waits behind it; those between have been delivered, or are pending.';

DROP VIEW domain_event_status;

-- Lateral, so that looking at one event reads one event.
CREATE VIEW domain_event_status AS
SELECT event.position, event.event_id, event.event_type, event.correlation_id, event.published_at,
       reader.handled_by, reader.waiting_for, reader.blocked_for, reader.dead_lettered_by, reader.expired_for
FROM domain_events AS event
CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(name ORDER BY name) FILTER (WHERE state = 'handled'), '{}') AS handled_by,
         coalesce(array_agg(name ORDER BY name) FILTER (WHERE state = 'waiting'), '{}') AS waiting_for,
         coalesce(array_agg(name ORDER BY name) FILTER (WHERE state = 'blocked'), '{}') AS blocked_for,
         coalesce(array_agg(name ORDER BY name) FILTER (WHERE state = 'dead'), '{}') AS dead_lettered_by,
         coalesce(array_agg(name ORDER BY name) FILTER (WHERE state = 'expired'), '{}') AS expired_for
  FROM (
    SELECT s.name,
           CASE
             WHEN dead.event_id IS NOT NULL THEN 'dead'
             WHEN p.checkpoint < event.position OR p.pending @> event.position THEN 'waiting'
             WHEN EXISTS (SELECT FROM event_blocked_keys AS b
                          WHERE b.subscription = s.name
                            AND (b.event_id = event.event_id OR (b.key = event.key AND b.behind <= event.position)))
               THEN 'blocked'
             WHEN EXISTS (SELECT FROM event_expirations AS x
                          WHERE x.subscription = s.name AND x.position = event.position)
               THEN 'expired'
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

COMMENT ON VIEW domain_event_status IS 'For each event: the subscriptions that want it and are past it, still before it, have it or its key blocked, could not handle it, or came to it too late.';
COMMENT ON COLUMN domain_event_status.handled_by IS 'Subscriptions past it.';
COMMENT ON COLUMN domain_event_status.waiting_for IS 'Subscriptions that have not come to it yet, or have it in hand.';
COMMENT ON COLUMN domain_event_status.blocked_for IS 'Subscriptions in which it failed and is tried again, or its key waits; see event_blocked_keys.';
COMMENT ON COLUMN domain_event_status.dead_lettered_by IS 'Subscriptions that set it aside; see event_dead_letters.';
COMMENT ON COLUMN domain_event_status.expired_for IS 'Subscriptions that did not deliver it, because it had expired; see event_expirations.';
