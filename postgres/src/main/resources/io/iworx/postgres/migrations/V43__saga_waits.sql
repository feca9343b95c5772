-- Sagas that wait for events, several things at once included. Only new tables, and new columns without defaults for
-- the rows there are: nothing is rewritten.

ALTER TABLE sagas ADD COLUMN began_at timestamptz;
ALTER TABLE sagas ALTER COLUMN began_at SET DEFAULT clock_timestamp();
COMMENT ON COLUMN sagas.began_at IS 'When it was started, on database time: events published before do not end its waits.';

CREATE TABLE saga_events (
  arrival      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id     text NOT NULL UNIQUE,
  event_type   text NOT NULL,
  key          text NOT NULL,
  published_at timestamptz NOT NULL,
  event        json NOT NULL
);
CREATE INDEX saga_events_awaited ON saga_events (event_type, key, arrival);
COMMENT ON TABLE saga_events IS 'Events of the types that sagas wait for, also for those that come to wait later. Kept for an hour, and as long as an open saga is older.';

CREATE TABLE saga_waits (
  saga_id    uuid NOT NULL,
  definition text NOT NULL,
  step       text NOT NULL,
  event_type text,
  key        text,
  due_at     timestamptz NOT NULL,
  event_id   text,
  PRIMARY KEY (saga_id, step),
  UNIQUE (event_id, saga_id)
);
CREATE INDEX saga_waits_types ON saga_waits (definition, event_type) WHERE event_id IS NULL AND event_type IS NOT NULL;
CREATE INDEX saga_waits_open ON saga_waits (event_type, key, saga_id) WHERE event_id IS NULL AND event_type IS NOT NULL;
COMMENT ON TABLE saga_waits IS 'What sagas wait for: a time, and an event if that is first. A row with an event stays, so that the event ends no other wait of the saga.';
COMMENT ON COLUMN saga_waits.definition IS 'Of the saga: an instance follows the types that sagas of its definitions wait for.';
COMMENT ON COLUMN saga_waits.due_at IS 'When the wait ends in any case. Database time.';
COMMENT ON COLUMN saga_waits.event_id IS 'The event that ended it: the record of the step has it as its result.';

INSERT INTO saga_waits (saga_id, definition, step, due_at)
SELECT id, definition, wake_step, wake_at FROM sagas
WHERE state = 'RUNNING' AND wake_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM saga_steps WHERE saga_id = sagas.id AND step = wake_step);

COMMENT ON COLUMN sagas.wake_at IS 'When nobody holds it: it waits until then, the first of its waits. Database time.';
COMMENT ON COLUMN sagas.wake_step IS 'What in its body waits until then; in the hands of its first holder after that, what it was woken from.';

-- Whoever keeps an event and whoever comes to wait for it do it one after the other, so neither misses the other. This
-- lock comes before any on a saga, and several in one order.
CREATE FUNCTION saga_lock(types text[], keys text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(awaited.hash)
  FROM (
    SELECT DISTINCT hashtextextended('saga ' || given.type || ' ' || given.key, 0) AS hash
    FROM unnest(types, keys) AS given (type, key)
    WHERE given.type IS NOT NULL
    ORDER BY hash) awaited;
END $$;
COMMENT ON FUNCTION saga_lock(text[], text[]) IS 'To be called before a saga comes to wait, and by saga_arrive.';

-- Ends open waits of a saga for events of a type and key, the earliest event first, each with the record of its step.
-- The caller holds the lock on type and key, and the saga, which is in nobody's hands.
CREATE FUNCTION saga_match(of uuid, of_type text, of_key text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  wait record;
  event saga_events;
BEGIN
  FOR wait IN
    SELECT step FROM saga_waits
    WHERE saga_id = of AND event_type = of_type AND key = of_key AND event_id IS NULL
    ORDER BY step
  LOOP
    SELECT kept.* INTO event
    FROM saga_events kept JOIN sagas saga ON saga.id = of
    WHERE kept.event_type = of_type AND kept.key = of_key
      AND kept.published_at >= coalesce(saga.began_at, saga.started_at)
      AND NOT EXISTS (SELECT FROM saga_waits used WHERE used.saga_id = of AND used.event_id = kept.event_id)
    ORDER BY kept.arrival LIMIT 1;
    EXIT WHEN event.arrival IS NULL;
    UPDATE saga_waits SET event_id = event.event_id WHERE saga_id = of AND step = wait.step;
    INSERT INTO saga_steps (saga_id, sequence, step, kind, result, attempts, started_at, ended_at)
    SELECT of, coalesce(max(sequence), 0) + 1, wait.step, 'NOTED', event.event, 1, event.published_at, clock_timestamp()
    FROM saga_steps WHERE saga_id = of;
    UPDATE sagas SET wake_at = least(wake_at, clock_timestamp()) WHERE id = of;
  END LOOP;
END $$;
COMMENT ON FUNCTION saga_match(uuid, text, text) IS 'Used by saga_wait and saga_arrive.';

CREATE FUNCTION saga_wait(of uuid, steps text[], types text[], keys text[], millis bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM saga_waits WHERE saga_id = of AND event_id IS NULL AND step <> ALL (steps);
  INSERT INTO saga_waits (saga_id, definition, step, event_type, key, due_at)
  SELECT of, saga.definition, given.step, given.type, given.key, clock_timestamp() + given.ms * interval '1 millisecond'
  FROM sagas saga CROSS JOIN unnest(steps, types, keys, millis) AS given (step, type, key, ms)
  WHERE saga.id = of
  ON CONFLICT (saga_id, step) DO NOTHING;
  UPDATE sagas SET wake_at = first.due_at, wake_step = first.step
  FROM (SELECT due_at, step FROM saga_waits WHERE saga_id = of AND event_id IS NULL ORDER BY due_at, step LIMIT 1) first
  WHERE id = of;
  PERFORM saga_match(of, given.type, given.key)
  FROM (SELECT DISTINCT type, key FROM unnest(types, keys) AS awaited (type, key) WHERE type IS NOT NULL) given;
END $$;
COMMENT ON FUNCTION saga_wait(uuid, text[], text[], text[], bigint[]) IS 'Has a saga that nobody holds any more wait, in all of its branches; after saga_lock.';

-- Sagas are locked in one order, and waited for: one that is about to be held looks itself when it comes to wait again.
CREATE FUNCTION saga_arrive(id text, of_type text, of_key text, published timestamptz, of_event json) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  number bigint;
  waiting uuid;
BEGIN
  PERFORM saga_lock(ARRAY[of_type], ARRAY[of_key]);
  INSERT INTO saga_events (event_id, event_type, key, published_at, event)
  VALUES (id, of_type, of_key, published, of_event)
  ON CONFLICT (event_id) DO NOTHING
  RETURNING arrival INTO number;
  FOR waiting IN
    SELECT saga.id FROM sagas saga
    WHERE saga.id IN (
        SELECT open.saga_id FROM saga_waits open
        WHERE open.event_type = of_type AND open.key = of_key AND open.event_id IS NULL)
      AND saga.state = 'RUNNING' AND saga.instance IS NULL AND saga.wake_at IS NOT NULL
    ORDER BY saga.id
    FOR NO KEY UPDATE OF saga
  LOOP
    PERFORM saga_match(waiting, of_type, of_key);
  END LOOP;
  IF number % 1000 = 0 THEN
    DELETE FROM saga_events
    WHERE published_at < now() - interval '1 hour'
      AND published_at < (SELECT coalesce(min(coalesce(began_at, started_at)), 'infinity')
                          FROM sagas WHERE state IN ('RUNNING', 'COMPENSATING', 'STUCK'));
  END IF;
  RETURN (SELECT count(*) FROM saga_waits ended WHERE ended.event_id = saga_arrive.id);
END $$;
COMMENT ON FUNCTION saga_arrive(text, text, text, timestamptz, json) IS 'Keeps an event, once by its id, and ends the waits for it; returns how many it has ended.';

DROP VIEW saga_status;
CREATE VIEW saga_status AS
SELECT saga.*,
  CASE
    WHEN saga.state NOT IN ('RUNNING', 'COMPENSATING') OR holder.lease_until > now() THEN NULL
    WHEN saga.instance IS NULL AND saga.wake_at > now()
      THEN coalesce(
          (SELECT 'event ' || string_agg(wait.event_type || ' of ' || wait.key, ', ' ORDER BY wait.step) || ', at most until '
           FROM saga_waits wait
           WHERE wait.saga_id = saga.id AND wait.event_id IS NULL AND wait.event_type IS NOT NULL),
          'its time, ')
        || to_char(saga.wake_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    WHEN EXISTS (
      SELECT FROM saga_instances instance
      WHERE instance.lease_until > now()
        AND saga.definition || '/' || saga.version = ANY (instance.definitions))
      THEN 'being taken over'
    ELSE 'version ' || saga.version || ' of ' || saga.definition
  END AS waits_for
FROM sagas saga
LEFT JOIN saga_instances holder ON holder.instance = saga.instance;
COMMENT ON VIEW saga_status IS 'Sagas, and what an open one that nobody runs waits for: an event, its time, or an instance that has its version.';
