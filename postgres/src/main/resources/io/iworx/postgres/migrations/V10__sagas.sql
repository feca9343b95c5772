-- Sagas, their step records, and the instances that run them. Only new tables: nothing is locked.

CREATE TABLE saga_instances (
  instance    text PRIMARY KEY,
  lease_until timestamptz NOT NULL
);
COMMENT ON TABLE saga_instances IS 'Instances that run sagas. When the lease of one has ended, others take its open sagas over.';
COMMENT ON COLUMN saga_instances.lease_until IS 'Prolonged by the instance every third of its lease; database time.';

CREATE TABLE sagas (
  id                   uuid PRIMARY KEY,
  definition           text NOT NULL,
  version              integer NOT NULL,
  key                  text NOT NULL,
  state                text NOT NULL DEFAULT 'RUNNING'
    CHECK (state IN ('RUNNING', 'COMPENSATING', 'COMPLETED', 'COMPENSATED', 'STUCK')),
  input                json NOT NULL,
  output               json,
  failed_step          text,
  failure_kind         text,
  failure_message      text,
  failure_code         text,
  failure_detail       text,
  stuck_reason         text,
  correlation_id       text NOT NULL,
  causation_id         text,
  calling_service      text,
  user_id              text,
  organization_id      text,
  cross_project_access boolean NOT NULL DEFAULT false,
  traceparent          text,
  tracestate           text,
  baggage              text,
  instance             text,
  fence                bigint NOT NULL DEFAULT 1,
  started_at           timestamptz NOT NULL DEFAULT now(),
  ended_at             timestamptz,
  UNIQUE (definition, key)
);
COMMENT ON TABLE sagas IS 'One row a saga. The columns that change while it runs are not indexed, so that changing them is cheap.';
COMMENT ON COLUMN sagas.key IS 'Chosen by the starter: one saga per definition and key.';
COMMENT ON COLUMN sagas.version IS 'The version of the definition: it runs only on instances that have it.';
COMMENT ON COLUMN sagas.failed_step IS 'The step whose failure ended the body, or body when the code between steps threw.';
COMMENT ON COLUMN sagas.stuck_reason IS 'For STUCK: one sentence for whoever has to decide.';
COMMENT ON COLUMN sagas.user_id IS 'On whose behalf the saga calls other services. No token is ever stored.';
COMMENT ON COLUMN sagas.instance IS 'Who holds it, or held it last; see saga_instances.';
COMMENT ON COLUMN sagas.fence IS 'Grows with each holder; writes of an older one are refused.';

CREATE INDEX sagas_open ON sagas (definition, version, id) WHERE state IN ('RUNNING', 'COMPENSATING');
CREATE INDEX sagas_stuck ON sagas (id) WHERE state = 'STUCK';
CREATE INDEX sagas_correlation_id ON sagas (correlation_id);

CREATE TABLE saga_steps (
  saga_id         uuid NOT NULL,
  sequence        integer NOT NULL,
  step            text NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('DONE', 'FAILED', 'UNDONE', 'NOTED')),
  result          json,
  failure_kind    text,
  failure_message text,
  failure_code    text,
  failure_detail  text,
  attempts        integer NOT NULL,
  started_at      timestamptz NOT NULL,
  ended_at        timestamptz NOT NULL,
  PRIMARY KEY (saga_id, sequence)
);
COMMENT ON TABLE saga_steps IS 'What is known for good about the steps of a saga, in the order it was recorded. Never changed. The primary key is what makes a step happen once: a second record at the same place rolls its transaction back.';
COMMENT ON COLUMN saga_steps.step IS 'The name, with its occurrence from the second on (reserve#2); $now is the time the body asked for.';
COMMENT ON COLUMN saga_steps.kind IS 'DONE: the action returned. FAILED: it did not happen and is not tried again. UNDONE: the compensation returned. NOTED: a value.';
