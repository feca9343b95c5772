CREATE SCHEMA IF NOT EXISTS inventory;

CREATE TABLE IF NOT EXISTS inventory.items (
  id              uuid PRIMARY KEY,
  organization_id text NOT NULL,
  name            text NOT NULL,
  sku             text,
  quantity        integer NOT NULL,
  reserved_stock  integer NOT NULL CHECK (reserved_stock BETWEEN 0 AND quantity),
  reorder_point   integer NOT NULL
);
CREATE INDEX IF NOT EXISTS items_by_organization ON inventory.items (organization_id, id);

-- A reservation that was released before it was made has no lines: it keeps the late request out.
CREATE TABLE IF NOT EXISTS inventory.reservations (
  id              uuid PRIMARY KEY,
  organization_id text NOT NULL,
  idempotency_key text NOT NULL,
  work_order_id   text NOT NULL,
  items           jsonb NOT NULL,
  state           text NOT NULL,
  UNIQUE (organization_id, idempotency_key)
);
CREATE INDEX IF NOT EXISTS reservations_by_work_order
  ON inventory.reservations (organization_id, work_order_id);
