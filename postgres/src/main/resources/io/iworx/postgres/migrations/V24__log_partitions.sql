-- What the log needs to become a partitioned table by position, once retention is switched on. Until then domain_events
-- stays the plain table it is, and event_log_partitions is empty.
--
-- Locks: none on domain_events; only new tables and functions.
CREATE TABLE event_log_partitions (
  number integer PRIMARY KEY,
  first_position bigint NOT NULL,
  last_position bigint,
  opened_at timestamptz,
  closed_at timestamptz,
  detached_at timestamptz
);
COMMENT ON TABLE event_log_partitions IS 'The partitions of domain_events: domain_events_0 and so on. Exactly one is open: positions are drawn from it. Empty while domain_events is a plain table.';
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

-- Why it cannot become a partitioned table, and what to do.
CREATE FUNCTION event_log_obstacle(log regclass) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT problem
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
$$;
REVOKE EXECUTE ON FUNCTION event_log_obstacle FROM PUBLIC;
COMMENT ON FUNCTION event_log_obstacle IS 'Used by event_log_partition_begin and event_log_partition.';

-- The first of three steps, each a transaction of its own, that can be repeated: says up to which position the present
-- table will be the first partition. The second is to check the rows for that, while readers and writers go on:
-- ALTER TABLE domain_events VALIDATE CONSTRAINT domain_events_bound.
--
-- Locks: ACCESS EXCLUSIVE on domain_events for a moment.
CREATE FUNCTION event_log_partition_begin() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  log oid;
  obstacle text;
  bound bigint;
  width CONSTANT bigint := 100000000000;
BEGIN
  LOCK TABLE domain_events IN ACCESS EXCLUSIVE MODE;
  log := to_regclass('domain_events');
  IF (SELECT relkind FROM pg_class WHERE oid = log) = 'p' THEN
    RETURN;
  END IF;
  obstacle := event_log_obstacle(log);
  IF obstacle IS NOT NULL THEN
    RAISE EXCEPTION 'domain_events cannot become a partitioned table, because %. Then start again', obstacle;
  END IF;
  SELECT first_position INTO bound FROM event_log_partitions WHERE number = 1;
  IF bound IS NULL THEN
    SELECT coalesce(greatest(max(position), 0) / width + 1, 1) * width INTO bound FROM domain_events;
    INSERT INTO event_log_partitions (number, first_position, opened_at)
    VALUES (0, 0, clock_timestamp()), (1, bound, NULL);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = log AND conname = 'domain_events_bound') THEN
    EXECUTE format('ALTER TABLE domain_events ADD CONSTRAINT domain_events_bound CHECK (position < %s) NOT VALID', bound);
  END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION event_log_partition_begin FROM PUBLIC;
COMMENT ON FUNCTION event_log_partition_begin IS 'Prepares event_log_partition. Set lock_timeout before.';

-- Refuses an id that an earlier partition has, or one that was dropped less than a week ago. Within a partition its
-- unique index does that; triggers made by event_log_rotate call this for few rows only.
-- ON CONFLICT DO NOTHING is done justice where the client's own statement says it.
CREATE FUNCTION event_id_once() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  taken boolean;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed'
     AND NOT EXISTS (SELECT FROM event_log_partitions WHERE number = TG_ARGV[0]::integer AND opened_at IS NOT NULL) THEN
    RAISE serialization_failure USING MESSAGE = 'could not serialize access: a partition of domain_events was begun since';
  END IF;
  SELECT EXISTS (SELECT FROM domain_events WHERE event_id = NEW.event_id)
      OR EXISTS (SELECT FROM event_dropped_ids WHERE event_id = NEW.event_id AND forget_at > clock_timestamp()) INTO taken;
  IF taken THEN
    IF current_query() ~* 'on\s+conflict.*do\s+nothing' THEN
      RETURN NULL;
    END IF;
    RAISE unique_violation USING
      MESSAGE = 'duplicate key value violates unique constraint "domain_events_event_id_key"',
      DETAIL = format('Key (event_id)=(%s) already exists.', NEW.event_id),
      SCHEMA = TG_TABLE_SCHEMA, TABLE = 'domain_events', CONSTRAINT = 'domain_events_event_id_key';
  END IF;
  RETURN NEW;
END
$$;
REVOKE EXECUTE ON FUNCTION event_id_once FROM PUBLIC;
COMMENT ON FUNCTION event_id_once IS 'One id, one event, across the partitions of domain_events.';

-- A table like the newest partition, with its indexes, for nobody but its owner: it is read and written by way of
-- domain_events only, and some hosts hand out every table of a schema.
CREATE FUNCTION event_log_add_partition(template regclass, partition integer, lowest bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  space name := (SELECT nspname FROM pg_namespace WHERE oid = (SELECT relnamespace FROM pg_class WHERE oid = template));
  fresh text := format('%I.%I', space, 'domain_events_' || partition);
  old pg_class;
  receiver oid;
BEGIN
  SELECT * INTO old FROM pg_class WHERE oid = template;
  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING IDENTITY)', fresh, template);
  FOR receiver IN SELECT DISTINCT grantee FROM pg_class, aclexplode(relacl)
                  WHERE pg_class.oid = fresh::regclass AND grantee <> relowner LOOP
    EXECUTE format('REVOKE ALL ON %s FROM %s', fresh,
                   CASE receiver WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(receiver)) END);
  END LOOP;
  IF old.relowner <> (SELECT relowner FROM pg_class WHERE oid = fresh::regclass) THEN
    EXECUTE format('ALTER TABLE %s OWNER TO %I', fresh, pg_get_userbyid(old.relowner));
  END IF;
  IF (SELECT relrowsecurity FROM pg_class WHERE oid = format('%I.domain_events', space)::regclass) THEN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', fresh);
  END IF;
  IF old.reloptions IS NOT NULL THEN
    EXECUTE format('ALTER TABLE %s SET (%s)', fresh, array_to_string(old.reloptions, ', '));
  END IF;
  IF old.relreplident IN ('f', 'n') THEN
    EXECUTE format('ALTER TABLE %s REPLICA IDENTITY %s', fresh, CASE old.relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END);
  END IF;
  EXECUTE format('COMMENT ON TABLE %s IS %L', fresh, 'Events from position ' || lowest || ' on; see event_log_partitions.');
  -- Until it is begun in order, everything is looked up.
  EXECUTE format('CREATE TRIGGER event_id_once BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION event_id_once(%s)',
                 fresh, partition);
  EXECUTE format('ALTER TABLE %I.domain_events ATTACH PARTITION %s FOR VALUES FROM (%s) TO (MAXVALUE)', space, fresh, lowest);
END
$$;
REVOKE EXECUTE ON FUNCTION event_log_add_partition FROM PUBLIC;
COMMENT ON FUNCTION event_log_add_partition IS 'Used by event_log_rotate.';

-- Begins the next partition. While it has the lock nobody is publishing, so all of the one before has been
-- committed, and what is published from here on can look it up.
CREATE FUNCTION event_log_rotate() RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  width CONSTANT bigint := 100000000000;
  log regclass := 'domain_events'::regclass;
  counter regclass := pg_get_serial_sequence('domain_events', 'position')::regclass;
  present event_log_partitions;
  next event_log_partitions;
  leaf regclass;
  spare regclass;
  highest bigint;
  beyond bigint;
  drawn bigint;
  same_start text;
BEGIN
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', log);
  SELECT * INTO STRICT present FROM event_log_partitions WHERE opened_at IS NOT NULL AND closed_at IS NULL;
  SELECT * INTO STRICT next FROM event_log_partitions WHERE opened_at IS NULL;
  SELECT c.oid::regclass INTO STRICT leaf FROM pg_class AS c JOIN pg_inherits ON inhrelid = c.oid
  WHERE inhparent = log AND relname = 'domain_events_' || present.number;
  SELECT c.oid::regclass INTO STRICT spare FROM pg_class AS c JOIN pg_inherits ON inhrelid = c.oid
  WHERE inhparent = log AND relname = 'domain_events_' || next.number;
  EXECUTE format('SELECT max(position) FROM %s', leaf) INTO highest;
  EXECUTE format('SELECT max(position) FROM %s', spare) INTO beyond;
  IF highest IS NULL AND beyond IS NULL THEN
    RETURN NULL;
  END IF;

  beyond := (coalesce(beyond, next.first_position) / width + 1) * width;
  EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', log, spare);
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%s)', log, spare, next.first_position, beyond);
  PERFORM event_log_add_partition(spare, next.number + 1, beyond);

  -- Ids made by time grow, and begin with 0 for the next three hundred years. Those above all that earlier partitions
  -- have with that beginning need not be looked up.
  EXECUTE format($sql$
    SELECT max(highest) FROM (
      SELECT (SELECT max(event_id) FROM %s WHERE event_id < '1' AND position < %s) AS highest
      UNION ALL SELECT (SELECT max(event_id) FROM event_dropped_ids WHERE event_id < '1')
    ) AS known
    $sql$, log, next.first_position) INTO same_start;
  EXECUTE format('DROP TRIGGER event_id_once ON %s', spare);
  EXECUTE format(
    'CREATE TRIGGER event_id_once BEFORE INSERT ON %s FOR EACH ROW WHEN (NEW.event_id >= ''1'' OR NEW.event_id <= %L) EXECUTE FUNCTION event_id_once(%s)',
    spare, coalesce(same_start, ''), next.number);

  UPDATE event_log_partitions SET closed_at = clock_timestamp(), last_position = coalesce(highest, first_position)
  WHERE number = present.number;
  UPDATE event_log_partitions SET opened_at = clock_timestamp() WHERE number = next.number;
  INSERT INTO event_log_partitions (number, first_position) VALUES (next.number + 1, beyond);
  EXECUTE format('SELECT last_value FROM %s', counter) INTO drawn;
  -- Never backwards.
  IF drawn < next.first_position THEN
    PERFORM setval(counter, next.first_position, false);
  END IF;
  RETURN next.number;
END
$$;
REVOKE EXECUTE ON FUNCTION event_log_rotate FROM PUBLIC;
COMMENT ON FUNCTION event_log_rotate IS 'Begins the next partition of domain_events; NULL when the present one is empty. Set lock_timeout before.';

-- The last of the three steps: domain_events becomes a partitioned table by position, and what was the table its first
-- partition, domain_events_0. Owner, grants, row level security with its policies, triggers, publications, comments, foreign
-- keys and the views that read the table are carried over.
--
-- Locks: ACCESS EXCLUSIVE on domain_events for about as long as a few dozen catalog changes take, whatever its size.
CREATE FUNCTION event_log_partition() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  old oid;
  space name;
  log text;
  leaf text;
  bound bigint;
  obstacle text;
  drawn bigint;
  before pg_class;
  each record;
  views jsonb := '[]';
BEGIN
  LOCK TABLE domain_events IN ACCESS EXCLUSIVE MODE;
  old := to_regclass('domain_events');
  SELECT * INTO before FROM pg_class WHERE oid = old;
  IF before.relkind = 'p' THEN
    RETURN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = old AND conname = 'domain_events_bound' AND convalidated) THEN
    RAISE EXCEPTION 'domain_events is not prepared for partitions: SELECT event_log_partition_begin(), then ALTER TABLE domain_events VALIDATE CONSTRAINT domain_events_bound';
  END IF;
  obstacle := event_log_obstacle(old);
  IF obstacle IS NOT NULL THEN
    RAISE EXCEPTION 'domain_events cannot become a partitioned table, because %. Then start again', obstacle;
  END IF;
  SELECT nspname INTO space FROM pg_namespace WHERE oid = before.relnamespace;
  log := format('%I.domain_events', space);
  leaf := format('%I.domain_events_0', space);
  SELECT first_position INTO STRICT bound FROM event_log_partitions WHERE number = 1;

  -- Views that read it, and views that read those: they would follow the old table to its new name.
  FOR each IN
    WITH RECURSIVE reader AS (
      SELECT r.ev_class AS view, 1 AS level FROM pg_depend AS d JOIN pg_rewrite AS r ON r.oid = d.objid
      WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = old
      UNION
      SELECT r.ev_class, reader.level + 1 FROM reader
      JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = reader.view
      JOIN pg_rewrite AS r ON r.oid = d.objid AND r.ev_class <> reader.view
    )
    SELECT c.oid, c.oid::regclass::text AS name, max(level) AS level, c.relkind, c.relowner, c.reloptions, c.relacl
    FROM reader JOIN pg_class AS c ON c.oid = view
    GROUP BY c.oid, c.relkind, c.relowner, c.reloptions, c.relacl
    ORDER BY max(level) DESC, c.oid
  LOOP
    IF each.relkind <> 'v' THEN
      RAISE EXCEPTION 'domain_events cannot become a partitioned table, because the materialized view % reads it: drop it, and create it again afterwards', each.name;
    END IF;
    views := jsonb_build_object(
      'name', format('%I.%I', (SELECT nspname FROM pg_namespace AS n JOIN pg_class AS c ON c.relnamespace = n.oid WHERE c.oid = each.oid),
                     (SELECT relname FROM pg_class WHERE oid = each.oid)),
      'definition', pg_get_viewdef(each.oid), 'owner', pg_get_userbyid(each.relowner),
      'options', array_to_string(each.reloptions, ', '), 'comment', obj_description(each.oid, 'pg_class'),
      'columns', (SELECT jsonb_agg(jsonb_build_object('name', attname, 'comment', col_description(each.oid, attnum)))
                  FROM pg_attribute WHERE attrelid = each.oid AND attnum > 0 AND col_description(each.oid, attnum) IS NOT NULL),
      'grants', (SELECT jsonb_agg(jsonb_build_object(
                   'to', CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                   'what', g.privilege_type, 'grantable', g.is_grantable))
                 FROM aclexplode(each.relacl) AS g WHERE g.grantee <> each.relowner),
      'triggers', (SELECT jsonb_agg(pg_get_triggerdef(t.oid)) FROM pg_trigger AS t WHERE tgrelid = each.oid AND NOT tgisinternal)
    ) || views;
    EXECUTE format('DROP VIEW %s', each.name);
  END LOOP;

  EXECUTE format('SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM %s', pg_get_serial_sequence(log, 'position')) INTO drawn;
  EXECUTE format('ALTER TABLE %s ALTER COLUMN position DROP IDENTITY', log);
  EXECUTE format('ALTER TABLE %s RENAME TO domain_events_0', log);
  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY) PARTITION BY RANGE (position)', log, leaf);
  EXECUTE format('ALTER TABLE %s DROP CONSTRAINT domain_events_bound', log);
  EXECUTE format('ALTER TABLE %s ALTER COLUMN position ADD GENERATED ALWAYS AS IDENTITY (START WITH %s CACHE 1)', log, drawn + 1);
  EXECUTE format('COMMENT ON TABLE %s IS %L', log, obj_description(old, 'pg_class'));

  FOR each IN SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = old AND contype = 'f' LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', log, each.conname, each.definition);
  END LOOP;

  -- Triggers: those of rows come back to the partition with ATTACH.
  FOR each IN SELECT tgname, pg_get_triggerdef(oid) AS definition, tgenabled FROM pg_trigger WHERE tgrelid = old AND NOT tgisinternal LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', each.tgname, leaf);
    EXECUTE replace(each.definition, ' ON ' || leaf || ' ', ' ON ' || log || ' ');
    IF each.tgenabled <> 'O' THEN
      EXECUTE format('ALTER TABLE %s %s TRIGGER %I', log,
                     CASE each.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, each.tgname);
    END IF;
  END LOOP;

  -- Who may do what: exactly as before on the log, nobody but the owner on the partition.
  FOR each IN SELECT DISTINCT g.grantee FROM pg_class, aclexplode(relacl) AS g WHERE pg_class.oid = log::regclass AND g.grantee <> relowner LOOP
    EXECUTE format('REVOKE ALL ON %s FROM %s', log,
                   CASE each.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(each.grantee)) END);
  END LOOP;
  IF before.relowner <> (SELECT relowner FROM pg_class WHERE oid = log::regclass) THEN
    EXECUTE format('ALTER TABLE %s OWNER TO %I', log, pg_get_userbyid(before.relowner));
  END IF;
  FOR each IN
    SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS receiver,
           g.privilege_type AS what, '' AS columns, g.is_grantable
    FROM aclexplode(before.relacl) AS g WHERE g.grantee <> before.relowner
    UNION ALL
    SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
           g.privilege_type, format(' (%I)', attname), g.is_grantable
    FROM pg_attribute, aclexplode(attacl) AS g WHERE attrelid = old AND attnum > 0 AND g.grantee <> before.relowner
  LOOP
    EXECUTE format('GRANT %s%s ON %s TO %s%s', each.what, each.columns, log, each.receiver,
                   CASE WHEN each.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
    EXECUTE format('REVOKE %s%s ON %s FROM %s CASCADE', each.what, each.columns, leaf, each.receiver);
  END LOOP;
  FOR each IN SELECT * FROM pg_policy WHERE polrelid = old LOOP
    EXECUTE format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', each.polname, log,
      CASE WHEN each.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE each.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ') FROM unnest(each.polroles) AS role),
      coalesce(' USING (' || pg_get_expr(each.polqual, old) || ')', ''),
      coalesce(' WITH CHECK (' || pg_get_expr(each.polwithcheck, old) || ')', ''));
  END LOOP;
  IF before.relrowsecurity THEN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', log);
  END IF;
  IF before.relforcerowsecurity THEN
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', log);
  END IF;

  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (MINVALUE) TO (%s)', log, leaf, bound);
  EXECUTE format('ALTER TABLE %s DROP CONSTRAINT domain_events_bound', leaf);
  EXECUTE format('COMMENT ON TABLE %s IS %L', leaf, 'Events up to position ' || bound - 1 || '; see event_log_partitions.');
  PERFORM event_log_add_partition(leaf::regclass, 1, bound);

  FOR each IN
    SELECT pubname, pg_get_expr(prqual, prrelid) AS filter,
           (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = old AND attnum = ANY (prattrs::int2[])) AS columns
    FROM pg_publication_rel JOIN pg_publication AS p ON p.oid = prpubid WHERE prrelid = old
  LOOP
    EXECUTE format('ALTER PUBLICATION %I DROP TABLE %s', each.pubname, leaf);
    -- What subscribers get is to go on under the name of the log.
    EXECUTE format('ALTER PUBLICATION %I SET (publish_via_partition_root = true)', each.pubname);
    EXECUTE format('ALTER PUBLICATION %I ADD TABLE %s%s%s', each.pubname, log,
                   ' (' || each.columns || ')', ' WHERE (' || each.filter || ')');
  END LOOP;

  FOR each IN SELECT view FROM jsonb_array_elements(views) WITH ORDINALITY AS v (view, place) ORDER BY place LOOP
    EXECUTE format('CREATE VIEW %s%s AS %s', each.view ->> 'name', ' WITH (' || (each.view ->> 'options') || ')', each.view ->> 'definition');
    EXECUTE format('ALTER VIEW %s OWNER TO %I', each.view ->> 'name', each.view ->> 'owner');
    EXECUTE format('COMMENT ON VIEW %s IS %L', each.view ->> 'name', each.view ->> 'comment');
    DECLARE
      part record;
    BEGIN
      FOR part IN SELECT it FROM jsonb_array_elements(nullif(each.view -> 'columns', 'null')) AS it LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', each.view ->> 'name', part.it ->> 'name', part.it ->> 'comment');
      END LOOP;
      FOR part IN SELECT it FROM jsonb_array_elements(nullif(each.view -> 'grants', 'null')) AS it LOOP
        EXECUTE format('GRANT %s ON %s TO %s%s', part.it ->> 'what', each.view ->> 'name', part.it ->> 'to',
                       CASE WHEN (part.it ->> 'grantable')::boolean THEN ' WITH GRANT OPTION' ELSE '' END);
      END LOOP;
      FOR part IN SELECT it FROM jsonb_array_elements_text(nullif(each.view -> 'triggers', 'null')) AS it LOOP
        EXECUTE part.it;
      END LOOP;
    END;
  END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION event_log_partition FROM PUBLIC;
COMMENT ON FUNCTION event_log_partition IS 'Makes domain_events a partitioned table, after event_log_partition_begin. Set lock_timeout before.';

-- Those who publish may have another search path.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION event_id_once() SET search_path = %I, pg_temp',
                 (SELECT nspname FROM pg_namespace AS n JOIN pg_class AS c ON c.relnamespace = n.oid
                  WHERE c.oid = 'domain_events'::regclass));
END
$$;
