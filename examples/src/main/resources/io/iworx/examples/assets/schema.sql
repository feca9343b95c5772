CREATE SCHEMA IF NOT EXISTS assets;

CREATE TABLE IF NOT EXISTS assets.assets (
  id              uuid PRIMARY KEY,
  organization_id text NOT NULL,
  name            text NOT NULL,
  asset_number    text,
  type            text,
  status          text NOT NULL,
  criticality     text NOT NULL,
  health_score    numeric
);
CREATE INDEX IF NOT EXISTS assets_by_organization ON assets.assets (organization_id, id);

-- One row for each event that said something about an asset.
CREATE TABLE IF NOT EXISTS assets.history (
  id              uuid PRIMARY KEY,
  organization_id text NOT NULL,
  asset_id        uuid NOT NULL,
  event_id        text NOT NULL,
  event_type      text NOT NULL,
  work_order_id   text NOT NULL,
  correlation_id  text NOT NULL,
  occurred_at     timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS history_by_asset ON assets.history (asset_id, id);
