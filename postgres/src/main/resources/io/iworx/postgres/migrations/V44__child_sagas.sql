-- Sagas that are a step of another. Only new columns without defaults, and a trigger that does nothing for other sagas.

ALTER TABLE sagas ADD COLUMN parent_id uuid;
CREATE INDEX sagas_parent ON sagas (parent_id) WHERE parent_id IS NOT NULL;
COMMENT ON COLUMN sagas.parent_id IS 'The saga whose step it is; its key is the id of that, a slash and the step.';

ALTER TABLE saga_waits ADD COLUMN child_id uuid;
COMMENT ON COLUMN saga_waits.child_id IS 'The saga whose end ends the wait.';

-- To be called before a saga comes to wait for its children, so that none ends unseen, and those that are to be undone
-- are: one that runs is cancelled, one that has completed compensates.
CREATE FUNCTION saga_lock_children(of uuid, begun uuid[], to_undo uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  why text := 'Saga ' || of || ', whose step it is, is undone.';
BEGIN
  PERFORM FROM sagas WHERE id = ANY (begun || to_undo) ORDER BY id FOR NO KEY UPDATE;
  UPDATE sagas SET cancel_reason = coalesce(cancel_reason, why), wake_at = least(wake_at, clock_timestamp())
  WHERE id = ANY (to_undo) AND coalesce(stuck_from, state) = 'RUNNING';
  UPDATE sagas
  SET state = 'COMPENSATING', instance = NULL, ended_at = NULL, output = NULL,
      failed_step = 'cancel', failure_kind = 'PERMANENT', failure_message = why, failure_code = 'undone'
  WHERE id = ANY (to_undo) AND state = 'COMPLETED';
END $$;
COMMENT ON FUNCTION saga_lock_children(uuid, uuid[], uuid[]) IS 'To be called before a saga comes to wait for its children.';

-- Ends the wait of its parent, if that waits: with the record of the step. One that is in somebody's hands looks itself
-- when it comes to wait.
CREATE FUNCTION saga_tell_parent(child sagas) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  waiting saga_waits;
  parent_state text;
BEGIN
  SELECT * INTO waiting FROM saga_waits WHERE saga_id = child.parent_id AND child_id = child.id;
  IF waiting.step IS NULL THEN
    RETURN;
  END IF;
  UPDATE sagas SET wake_at = least(wake_at, clock_timestamp())
  WHERE id = child.parent_id AND instance IS NULL AND wake_at IS NOT NULL
    AND (state = 'RUNNING' OR state = 'COMPENSATING' AND child.state = 'COMPENSATED')
  RETURNING state INTO parent_state;
  IF parent_state IS NULL THEN
    RETURN;
  END IF;
  DELETE FROM saga_waits WHERE saga_id = waiting.saga_id AND step = waiting.step;
  INSERT INTO saga_steps (saga_id, sequence, step, kind, result, failure_kind, failure_message, failure_code,
    failure_detail, attempts, started_at, ended_at)
  SELECT waiting.saga_id,
    (SELECT coalesce(max(sequence), 0) + 1 FROM saga_steps WHERE saga_id = waiting.saga_id),
    waiting.step, ended.kind,
    CASE WHEN ended.kind = 'DONE' THEN child.output END,
    CASE WHEN ended.kind = 'FAILED' THEN coalesce(child.failure_kind, 'PERMANENT') END,
    CASE WHEN ended.kind = 'FAILED' THEN
      left(format('Saga %s (%s) failed at %s: %s', child.id, child.definition, child.failed_step, child.failure_message), 1000) END,
    CASE WHEN ended.kind = 'FAILED' THEN child.failure_code END,
    CASE WHEN ended.kind = 'FAILED' THEN child.failure_detail END,
    1, child.started_at, clock_timestamp()
  FROM (SELECT CASE WHEN parent_state = 'COMPENSATING' THEN 'UNDONE' WHEN child.state = 'COMPLETED' THEN 'DONE' ELSE 'FAILED' END) ended (kind);
END $$;
COMMENT ON FUNCTION saga_tell_parent(sagas) IS 'Used when a child has ended, and by saga_wait.';

CREATE FUNCTION saga_child_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM saga_tell_parent(NEW);
  RETURN NULL;
END $$;
CREATE TRIGGER saga_child_ended AFTER UPDATE OF state ON sagas FOR EACH ROW
  WHEN (NEW.parent_id IS NOT NULL AND NEW.state IN ('COMPLETED', 'COMPENSATED'))
  EXECUTE FUNCTION saga_child_ended();

DROP FUNCTION saga_wait(uuid, text[], text[], text[], bigint[]);
CREATE FUNCTION saga_wait(of uuid, steps text[], types text[], keys text[], children uuid[], millis bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM saga_waits WHERE saga_id = of AND event_id IS NULL AND step <> ALL (steps);
  INSERT INTO saga_waits (saga_id, definition, step, event_type, key, child_id, due_at)
  SELECT of, saga.definition, given.step, given.type, given.key, given.child, clock_timestamp() + given.ms * interval '1 millisecond'
  FROM sagas saga CROSS JOIN unnest(steps, types, keys, children, millis) AS given (step, type, key, child, ms)
  WHERE saga.id = of
  ON CONFLICT (saga_id, step) DO UPDATE SET due_at = excluded.due_at WHERE saga_waits.child_id IS NOT NULL;
  UPDATE sagas SET wake_at = first.due_at, wake_step = first.step
  FROM (SELECT due_at, step FROM saga_waits WHERE saga_id = of AND event_id IS NULL ORDER BY due_at, step LIMIT 1) first
  WHERE id = of;
  PERFORM saga_match(of, given.type, given.key)
  FROM (SELECT DISTINCT type, key FROM unnest(types, keys) AS awaited (type, key) WHERE type IS NOT NULL) given;
  PERFORM saga_tell_parent(child)
  FROM sagas child WHERE child.id = ANY (children) AND child.state IN ('COMPLETED', 'COMPENSATED');
END $$;
COMMENT ON FUNCTION saga_wait(uuid, text[], text[], text[], uuid[], bigint[]) IS 'Has a saga that nobody holds any more wait, in all of its branches; after saga_lock and saga_lock_children.';

DROP VIEW saga_status;
CREATE VIEW saga_status AS
SELECT saga.*,
  CASE
    WHEN saga.state NOT IN ('RUNNING', 'COMPENSATING') OR holder.lease_until > now() THEN NULL
    WHEN saga.instance IS NULL AND saga.wake_at > now()
      THEN coalesce(waiting.awaited, 'its time')
        || CASE WHEN saga.wake_at < now() + interval '900 years'
          THEN CASE WHEN waiting.awaited IS NULL THEN ', ' ELSE ', at most until ' END
            || to_char(saga.wake_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
          ELSE '' END
    WHEN EXISTS (
      SELECT FROM saga_instances instance
      WHERE instance.lease_until > now()
        AND saga.definition || '/' || saga.version = ANY (instance.definitions))
      THEN 'being taken over'
    ELSE 'version ' || saga.version || ' of ' || saga.definition
  END AS waits_for
FROM sagas saga
LEFT JOIN saga_instances holder ON holder.instance = saga.instance
LEFT JOIN LATERAL (
  SELECT string_agg(
    CASE WHEN wait.child_id IS NULL THEN 'event ' || wait.event_type || ' of ' || wait.key
      ELSE 'saga ' || wait.child_id || ' of step ' || wait.step END,
    ', ' ORDER BY wait.step) AS awaited
  FROM saga_waits wait
  WHERE wait.saga_id = saga.id AND wait.event_id IS NULL AND (wait.event_type IS NOT NULL OR wait.child_id IS NOT NULL)
) waiting ON saga.instance IS NULL AND saga.wake_at > now();
COMMENT ON VIEW saga_status IS 'Sagas, and what an open one that nobody runs waits for: events, children, its time, or an instance that has its version.';
