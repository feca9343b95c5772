CREATE SCHEMA IF NOT EXISTS safety;

CREATE TABLE IF NOT EXISTS safety.incidents (
  id              uuid PRIMARY KEY,
  organization_id text NOT NULL,
  title           text NOT NULL,
  description     text,
  severity        text NOT NULL,
  status          text NOT NULL,
  asset_id        uuid,
  occurred_at     timestamptz,
  findings        text
);
CREATE INDEX IF NOT EXISTS incidents_by_organization ON safety.incidents (organization_id, id);

CREATE TABLE IF NOT EXISTS safety.capas (
  id              uuid PRIMARY KEY,
  organization_id text NOT NULL,
  incident_id     uuid,
  title           text NOT NULL,
  description     text,
  type            text NOT NULL,
  status          text NOT NULL,
  assigned_to     uuid,
  due_date        timestamptz
);
CREATE INDEX IF NOT EXISTS capas_by_organization ON safety.capas (organization_id, id);
