CREATE SCHEMA IF NOT EXISTS work_orders;

CREATE TABLE IF NOT EXISTS work_orders.work_orders (
  id                       uuid PRIMARY KEY,
  organization_id          text NOT NULL,
  asset_id                 uuid NOT NULL,
  title                    text NOT NULL,
  description              text,
  maintenance_type         text NOT NULL,
  priority                 text NOT NULL,
  status                   text NOT NULL,
  scheduled_date           timestamptz,
  estimated_duration_hours numeric,
  estimated_cost           numeric,
  assigned_technician      uuid,
  notes                    text,
  required_parts           jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS work_orders_by_organization
  ON work_orders.work_orders (organization_id, id);
