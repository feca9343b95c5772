-- Requests that gateways know by their idempotency key (IdempotencyStore). A new table only: locks
-- nothing that is there.

CREATE TABLE gateway_idempotency (
  organization_id text        NOT NULL,
  user_id         text        NOT NULL,
  route           text        NOT NULL,
  key             text        NOT NULL,
  fingerprint     bytea       NOT NULL,  -- SHA-256 of method, path, query, content type and body
  holder          uuid        NOT NULL,  -- who may settle it
  state           text        NOT NULL CHECK (state IN ('RUNNING', 'ANSWERED', 'UNKNOWN')),
  running_until   timestamptz NOT NULL,  -- RUNNING beyond this is UNKNOWN
  status          integer,               -- of the answer
  headers         text[],                -- name, value, name, value; NULL: the answer was not kept
  body            bytea,
  begun_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at      timestamptz NOT NULL,
  PRIMARY KEY (organization_id, user_id, route, key)
);
CREATE INDEX gateway_idempotency_expires ON gateway_idempotency (expires_at);
COMMENT ON TABLE gateway_idempotency IS
  'Idempotency keys of requests through gateways, each with what became of it, for a day.';
