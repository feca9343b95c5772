// What a peer is given and whom it tells: the same lines as load/Stage.java. `begin` and `end` are answered once
// the processor times have been read. When the process that started this one is gone, it ends.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const KEYS = 10_000n;
const BYTES = 600;
const AHEAD = 5_000;

const options = Object.fromEntries(process.argv.slice(2).map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
const waiting = [];

// A process that a peer starts itself talks to that one instead.
if (!process.send) {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', () => waiting.shift()?.());
  lines.on('close', () => process.exit(3));
} else {
  process.on('disconnect', () => process.exit(3));
}

const say = (line) => process.stdout.write(line + '\n');
const ask = (question) =>
  new Promise((answered) => {
    waiting.push(answered);
    say(question);
  });

const FILL = Array.from({ length: BYTES }, (_, i) => 'abcdefghijklmnopqrstuvwxyz 0123456789'[(i * 7919 + i * i) % 37]).join('');

// The same 600 bytes and 10,000 keys as load/Order.java.
export function order(sequence) {
  const key = 'wo-' + (10_000 + Number((BigInt(sequence) * 7919n) % KEYS));
  const rest = BYTES - JSON.stringify({ workOrderId: key, sequence, sentAt: 1, text: '' }).length;
  return { workOrderId: key, sequence, sentAt: 1, text: FILL.slice(0, rest) };
}

export const database = {
  host: '127.0.0.1',
  port: Number(options.port),
  database: options.database,
  user: options.user,
  password: process.env.BENCHMARK_DATABASE_PASSWORD,
};

export const option = (name) => options[name];
export const number = (name) => Number(options[name]);
export const flag = (name) => options[name] === 'true';

// Publishes from many callers for the time of the run and waits until all is handled and the store says so.
// publish(sequence) resolves to how many it published; handled() says how many have been handled in all;
// settled() resolves when the store is done with all of them.
export async function endToEnd({ callers, publish, handled, settled }) {
  let made = 0;
  let calls = 0;
  const pass = async (seconds) => {
    const before = made;
    const deadline = performance.now() + seconds * 1_000;
    const caller = async () => {
      while (performance.now() < deadline) {
        if (made - handled() > AHEAD) {
          await sleep(1);
        } else {
          const published = await publish(calls++);
          made += published;
        }
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    while (handled() < made) {
      await sleep(1);
    }
    await settled();
    return made - before;
  };
  await pass(number('warmup'));
  await ask('begin');
  const began = performance.now();
  const events = await pass(number('seconds'));
  const seconds = (performance.now() - began) / 1_000;
  await ask('end');
  say(`value seconds ${seconds}`);
  say(`value events ${events}`);
  say(`value again ${handled() - made}`);
  process.exit(0);
}

const asking = `SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = $1) AS commits,
  (SELECT coalesce(sum(fsyncs), 0) FROM pg_stat_io WHERE object = 'wal') AS syncs`;

// As load/ServerTally.java.
async function tally() {
  await sleep(1_500);
  const beside = new pg.Client({ ...database, database: 'iworx' });
  await beside.connect();
  const { commits, syncs } = (await beside.query(asking, [database.database])).rows[0];
  await beside.end();
  return { commits: Number(commits), syncs: Number(syncs) };
}

// Callers that each run a saga and wait for its result; as load/SagaCallers.java.
export async function measureSagas(saga) {
  const connection = new pg.Client(database);
  await connection.connect();
  await connection.query(`CREATE TABLE bookings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sequence bigint NOT NULL, step text NOT NULL, note text NOT NULL)`);
  let made = 0;
  let times = [];
  const pass = async (seconds) => {
    const before = made;
    const deadline = performance.now() + seconds * 1_000;
    const caller = async () => {
      while (performance.now() < deadline) {
        const began = performance.now();
        await saga(made++);
        times.push(performance.now() - began);
      }
    };
    await Promise.all(Array.from({ length: number('callers') }, caller));
    return made - before;
  };
  await pass(number('warmup'));
  const before = await tally();
  times = [];
  await ask('begin');
  const began = performance.now();
  const sagas = await pass(number('seconds'));
  const seconds = (performance.now() - began) / 1_000;
  await ask('end');
  const after = await tally();
  times.sort((one, other) => one - other);
  say(`value seconds ${seconds}`);
  say(`value events ${sagas}`);
  say(`value saga.p50 ${times[Math.ceil(times.length * 0.5) - 1]}`);
  say(`value saga.p99 ${times[Math.ceil(times.length * 0.99) - 1]}`);
  say(`value commits ${(after.commits - before.commits) / sagas}`);
  say(`value syncs ${(after.syncs - before.syncs) / sagas}`);
  const found = Number((await connection.query('SELECT count(*) AS rows FROM bookings')).rows[0].rows);
  const expected = made * (flag('failing') ? 4 : 3);
  if (found !== expected) {
    throw new Error(`Of ${expected} rows of all sagas ${found} are there.`);
  }
  process.exit(0);
}
