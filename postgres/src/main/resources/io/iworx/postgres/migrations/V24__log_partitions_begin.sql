-- The log is to become a partitioned table, with the present one as its first partition: what is said here, and a bound
-- that the rows are checked for in the next step.
--
-- Locks: ACCESS EXCLUSIVE on domain_events for a moment. It is asked for 100 ms at a time, so that transactions that are
-- open on the table hold nobody else up for longer, and given up after two minutes.
CREATE TABLE event_log_partitions (
  number integer PRIMARY KEY,
  first_position bigint NOT NULL,
  last_position bigint,
  opened_at timestamptz,
  closed_at timestamptz,
  detached_at timestamptz
);
COMMENT ON TABLE event_log_partitions IS 'The partitions of domain_events: domain_events_0 and so on. Exactly one is open: positions are drawn from it.';
COMMENT ON COLUMN event_log_partitions.first_position IS 'The lowest position it may have.';
COMMENT ON COLUMN event_log_partitions.last_position IS 'The highest position it has, once it is closed.';
COMMENT ON COLUMN event_log_partitions.opened_at IS 'Since when positions are drawn from it; NULL for the one that is kept ready.';
COMMENT ON COLUMN event_log_partitions.closed_at IS 'Since when there is nothing new in it: all its events were published before.';
COMMENT ON COLUMN event_log_partitions.detached_at IS 'Since when it is no longer part of the log, and about to be dropped.';

CREATE TABLE event_dropped_ids (
  event_id text PRIMARY KEY,
  position bigint NOT NULL,
  event_type text NOT NULL,
  key text,
  payload_digest bytea NOT NULL,
  published_at timestamptz NOT NULL,
  forget_at timestamptz NOT NULL
);
COMMENT ON TABLE event_dropped_ids IS 'Ids of events that were dropped with their partition before they were a week old: they cannot be published again until then.';
COMMENT ON COLUMN event_dropped_ids.payload_digest IS 'SHA-256 of the payload as jsonb prints it.';
COMMENT ON COLUMN event_dropped_ids.forget_at IS 'When the id may be used again.';

DO $$
DECLARE
  log oid := 'domain_events'::regclass;
  obstacle text;
  bound bigint;
  width CONSTANT bigint := 100000000000;
BEGIN
  SELECT problem INTO obstacle
  FROM (
    SELECT format('the foreign key %I of %s points to it: drop that constraint', conname, conrelid::regclass) AS problem
    FROM pg_constraint WHERE contype = 'f' AND confrelid = log
    UNION ALL
    SELECT format('the table %s inherits from it: end that with ALTER TABLE %1$s NO INHERIT domain_events', inhrelid::regclass)
    FROM pg_inherits WHERE inhparent = log
    UNION ALL
    SELECT format('it inherits from %s: end that with ALTER TABLE domain_events NO INHERIT %1$s', inhparent::regclass)
    FROM pg_inherits WHERE inhrelid = log
    UNION ALL
    SELECT format('it has the rule %I: drop it', rulename) FROM pg_rewrite WHERE ev_class = log
    UNION ALL
    SELECT format('its trigger %I wants whole sets of rows for each row: make it FOR EACH STATEMENT', tgname)
    FROM pg_trigger WHERE tgrelid = log AND tgtype & 1 = 1 AND (tgoldtable IS NOT NULL OR tgnewtable IS NOT NULL)
    UNION ALL
    SELECT format('the materialized view %s reads it: drop it, and create it again afterwards', c.oid::regclass)
    FROM pg_depend AS d JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    JOIN pg_class AS c ON c.oid = r.ev_class
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = log AND c.relkind = 'm'
    UNION ALL
    SELECT format('the function %s is bound to it: drop it, and create it again afterwards', d.objid::regprocedure)
    FROM pg_depend AS d
    WHERE d.classid = 'pg_proc'::regclass
      AND ((d.refclassid = 'pg_class'::regclass AND d.refobjid = log)
        OR (d.refclassid = 'pg_type'::regclass
            AND d.refobjid IN (SELECT oid FROM pg_type WHERE typrelid = log
                               UNION SELECT typarray FROM pg_type WHERE typrelid = log)))
  ) AS all_problems
  LIMIT 1;
  IF obstacle IS NOT NULL THEN
    RAISE EXCEPTION 'domain_events cannot become a partitioned table, because %. Then start again', obstacle;
  END IF;

  SELECT (greatest(max(position), 0) / width + 1) * width INTO bound FROM domain_events;
  INSERT INTO event_log_partitions (number, first_position, opened_at)
  VALUES (0, 0, clock_timestamp()), (1, coalesce(bound, width), NULL);

  PERFORM set_config('lock_timeout', '100ms', true);
  FOR attempt IN 1..600 LOOP
    BEGIN
      EXECUTE format('ALTER TABLE domain_events ADD CONSTRAINT domain_events_bound CHECK (position < %s) NOT VALID',
                     coalesce(bound, width));
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.1);
    END;
  END LOOP;
  RAISE EXCEPTION 'domain_events has been in use by open transactions for two minutes: end them, then start again';
END
$$;
