-- What an operator can do with a saga, and what a saga waits for. New columns without defaults: nothing is rewritten.

ALTER TABLE sagas
  ADD COLUMN stuck_from text CHECK (stuck_from IN ('RUNNING', 'COMPENSATING')),
  ADD COLUMN stuck_step text,
  ADD COLUMN cancel_reason text;
COMMENT ON COLUMN sagas.stuck_from IS 'For STUCK: the state it was in, and is in again when it is retried, skipped or resumed.';
COMMENT ON COLUMN sagas.stuck_step IS 'For STUCK: the step it is stuck at, with /undo at the end for its compensation; null when no step is to blame.';
COMMENT ON COLUMN sagas.cancel_reason IS 'Not null once its cancellation was asked for: it takes effect at the next boundary of a step.';

ALTER TABLE saga_instances ADD COLUMN definitions text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN saga_instances.definitions IS 'What it can run, each as definition/version.';

CREATE TABLE saga_operations (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor   text NOT NULL DEFAULT current_user,
  action  text NOT NULL,
  saga_id uuid NOT NULL,
  detail  text NOT NULL
);
CREATE INDEX saga_operations_saga ON saga_operations (saga_id);
COMMENT ON TABLE saga_operations IS 'What operators did to sagas, each written with what it did.';
COMMENT ON COLUMN saga_operations.actor IS 'The database user it was done as.';

CREATE FUNCTION saga_for_operation(of uuid) RETURNS sagas LANGUAGE plpgsql AS $$
DECLARE
  found sagas;
BEGIN
  SELECT * INTO found FROM sagas WHERE id = of FOR UPDATE;
  IF found.id IS NULL THEN
    RAISE EXCEPTION 'There is no saga %.', of USING ERRCODE = 'no_data_found';
  END IF;
  RETURN found;
END $$;

CREATE FUNCTION saga_stuck_for_operation(of uuid) RETURNS sagas LANGUAGE plpgsql AS $$
DECLARE
  found sagas := saga_for_operation(of);
BEGIN
  IF found.state <> 'STUCK' THEN
    RAISE EXCEPTION 'Saga % is %, not STUCK: there is nothing to do for an operator.', of, found.state;
  END IF;
  RETURN found;
END $$;

CREATE FUNCTION saga_reopen(of uuid, doing text, why text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- What failed while it ran was the reason to be stuck; what it is being undone for stays.
  UPDATE sagas
  SET state = coalesce(stuck_from, 'RUNNING'), instance = NULL, ended_at = NULL,
      stuck_reason = NULL, stuck_from = NULL, stuck_step = NULL,
      failed_step = CASE stuck_from WHEN 'COMPENSATING' THEN failed_step END,
      failure_kind = CASE stuck_from WHEN 'COMPENSATING' THEN failure_kind END,
      failure_message = CASE stuck_from WHEN 'COMPENSATING' THEN failure_message END,
      failure_code = CASE stuck_from WHEN 'COMPENSATING' THEN failure_code END,
      failure_detail = CASE stuck_from WHEN 'COMPENSATING' THEN failure_detail END
  WHERE id = of;
  INSERT INTO saga_operations (action, saga_id, detail) VALUES (doing, of, why);
END $$;

CREATE FUNCTION saga_retry(saga uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  found sagas := saga_stuck_for_operation(saga);
BEGIN
  IF found.stuck_step IS NULL THEN
    RAISE EXCEPTION 'Saga % is stuck at no step that could be retried (%); resume it once that is corrected.',
      saga, found.stuck_reason;
  END IF;
  PERFORM saga_reopen(saga, 'retry', found.stuck_step);
END $$;
COMMENT ON FUNCTION saga_retry(uuid) IS 'Repeats what a saga is stuck at, with the same idempotency key.';

CREATE FUNCTION saga_skip(saga uuid, reason text, result text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  found sagas := saga_stuck_for_operation(saga);
  undo boolean := found.stuck_step LIKE '%/undo';
  next integer;
BEGIN
  IF found.stuck_step IS NULL THEN
    RAISE EXCEPTION 'Saga % is stuck at no step that could be skipped (%); resume it once that is corrected.',
      saga, found.stuck_reason;
  END IF;
  IF coalesce(trim(reason), '') = '' THEN
    RAISE EXCEPTION 'Say why step % of saga % is skipped.', found.stuck_step, saga;
  END IF;
  IF undo AND result IS NOT NULL THEN
    RAISE EXCEPTION 'Saga % is stuck at a compensation, which has no result.', saga;
  END IF;
  SELECT coalesce(max(sequence), 0) + 1 INTO next FROM saga_steps WHERE saga_id = saga;
  INSERT INTO saga_steps (saga_id, sequence, step, kind, result, failure_kind, failure_message,
    failure_code, attempts, started_at, ended_at)
  VALUES (saga, next, CASE WHEN undo THEN left(found.stuck_step, -5) ELSE found.stuck_step END,
    CASE WHEN undo THEN 'UNDONE' WHEN result IS NULL THEN 'FAILED' ELSE 'DONE' END,
    result::json,
    CASE WHEN NOT undo AND result IS NULL THEN 'PERMANENT' END,
    CASE WHEN NOT undo AND result IS NULL THEN 'Skipped by an operator: ' || reason END,
    CASE WHEN NOT undo AND result IS NULL THEN 'skipped' END,
    0, clock_timestamp(), clock_timestamp());
  PERFORM saga_reopen(saga, 'skip', found.stuck_step || ': ' || reason);
END $$;
COMMENT ON FUNCTION saga_skip(uuid, text, text) IS 'Settles what a saga is stuck at: a step as not done, or with a result (JSON) as done; a compensation as done.';

CREATE FUNCTION saga_resume(saga uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  found sagas := saga_stuck_for_operation(saga);
BEGIN
  PERFORM saga_reopen(saga, 'resume', coalesce(found.stuck_reason, ''));
END $$;
COMMENT ON FUNCTION saga_resume(uuid) IS 'Goes on from the records of a STUCK saga, once what kept it was corrected.';

CREATE FUNCTION saga_cancel(saga uuid, reason text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  found sagas := saga_for_operation(saga);
BEGIN
  IF coalesce(trim(reason), '') = '' THEN
    RAISE EXCEPTION 'Say why saga % is cancelled.', saga;
  ELSIF found.state = 'STUCK' THEN
    RAISE EXCEPTION 'Saga % is STUCK: say first by skip whether % happened, or retry; then cancel it.',
      saga, coalesce('step ' || found.stuck_step, 'its last step');
  ELSIF found.state <> 'RUNNING' THEN
    RAISE EXCEPTION 'Saga % is %: it is too late to cancel it.', saga, found.state;
  ELSIF found.cancel_reason IS NULL THEN
    UPDATE sagas SET cancel_reason = reason WHERE id = saga;
    INSERT INTO saga_operations (action, saga_id, detail) VALUES ('cancel', saga, reason);
  END IF;
END $$;
COMMENT ON FUNCTION saga_cancel(uuid, text) IS 'Has a RUNNING saga compensate at the next boundary of a step; twice is once.';

CREATE VIEW saga_status AS
SELECT saga.*,
  CASE
    WHEN saga.state NOT IN ('RUNNING', 'COMPENSATING') OR holder.lease_until > now() THEN NULL
    WHEN EXISTS (
      SELECT FROM saga_instances instance
      WHERE instance.lease_until > now()
        AND saga.definition || '/' || saga.version = ANY (instance.definitions))
      THEN 'being taken over'
    ELSE 'version ' || saga.version || ' of ' || saga.definition
  END AS waits_for
FROM sagas saga
LEFT JOIN saga_instances holder ON holder.instance = saga.instance;
COMMENT ON VIEW saga_status IS 'Sagas, and what an open one that nobody runs waits for: an instance that has its version.';
