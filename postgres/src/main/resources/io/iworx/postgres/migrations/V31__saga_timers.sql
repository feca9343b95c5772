-- Sagas that wait for a time: nobody holds them, and nothing looks for them before it has come.

ALTER TABLE sagas ADD COLUMN wake_at timestamptz, ADD COLUMN wake_step text;
COMMENT ON COLUMN sagas.wake_at IS 'When nobody holds it: it waits until then. Database time.';
COMMENT ON COLUMN sagas.wake_step IS 'What in its body waits, or waited last.';

DROP INDEX sagas_open;
CREATE INDEX sagas_open ON sagas (definition, version, id)
  WHERE state IN ('RUNNING', 'COMPENSATING') AND wake_at IS NULL;
CREATE INDEX sagas_wake ON sagas (definition, version, wake_at)
  WHERE state IN ('RUNNING', 'COMPENSATING') AND wake_at IS NOT NULL;

-- Cancelling wakes.
CREATE OR REPLACE FUNCTION saga_cancel(saga uuid, reason text) RETURNS void LANGUAGE plpgsql AS $$
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
    UPDATE sagas SET cancel_reason = reason, wake_at = least(wake_at, now()) WHERE id = saga;
    INSERT INTO saga_operations (action, saga_id, detail) VALUES ('cancel', saga, reason);
  END IF;
END $$;

DROP VIEW saga_status;
CREATE VIEW saga_status AS
SELECT saga.*,
  CASE
    WHEN saga.state NOT IN ('RUNNING', 'COMPENSATING') OR holder.lease_until > now() THEN NULL
    WHEN saga.instance IS NULL AND saga.wake_at > now()
      THEN 'its time, ' || to_char(saga.wake_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    WHEN EXISTS (
      SELECT FROM saga_instances instance
      WHERE instance.lease_until > now()
        AND saga.definition || '/' || saga.version = ANY (instance.definitions))
      THEN 'being taken over'
    ELSE 'version ' || saga.version || ' of ' || saga.definition
  END AS waits_for
FROM sagas saga
LEFT JOIN saga_instances holder ON holder.instance = saga.instance;
COMMENT ON VIEW saga_status IS 'Sagas, and what an open one that nobody runs waits for: its time, or an instance that has its version.';
