-- Who finds delivery standing at stop_at is to know whether somebody is at it, and what would finish it. Takes ACCESS
-- EXCLUSIVE on a small table for a moment.
SET LOCAL lock_timeout = '30s';

ALTER TABLE event_subscriptions ADD COLUMN stop_for integer, ADD COLUMN stepped_at timestamptz;
COMMENT ON COLUMN event_subscriptions.stop_for IS 'The number of partitions that is being changed to while stop_at is set.';
COMMENT ON COLUMN event_subscriptions.stepped_at IS 'When whoever changes the number of partitions last took a step.';
