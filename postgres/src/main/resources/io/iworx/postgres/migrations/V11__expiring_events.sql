-- Events that are not worth delivering after a time. A column without default: no row is touched. It waits for
-- transactions that are open on domain_events, and others wait behind it, for at most the time below.
SET LOCAL lock_timeout = '30s';

ALTER TABLE domain_events ADD COLUMN expires_at timestamptz;

COMMENT ON COLUMN domain_events.expires_at IS 'Not delivered after this time; NULL for never.';
