-- Rate limits that gateways share (LimitStore). New tables only: locks nothing that is there.

CREATE TABLE gateway_limits (
  bucket     text             PRIMARY KEY,
  tokens     double precision NOT NULL,  -- what the last take left
  granted    integer          NOT NULL,  -- what it gave
  per_second double precision NOT NULL,
  burst      integer          NOT NULL,
  taken_at   timestamptz      NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE gateway_limits IS
  'Tokens of the rate limits that gateways share; a bucket that would be full again is deleted.';

CREATE TABLE gateway_instances (
  instance text        PRIMARY KEY,
  seen_at  timestamptz NOT NULL
);
COMMENT ON TABLE gateway_instances IS
  'Gateways that share rate limits: among how many a limit is divided while this database is away.';
