CREATE TABLE IF NOT EXISTS iworx_inbox (
  subscription text NOT NULL,
  event_id text NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (subscription, event_id)
);
COMMENT ON TABLE iworx_inbox IS 'Events that handlers of this database are done with: what each did committed together with its row.';
