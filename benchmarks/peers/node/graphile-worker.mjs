// graphile-worker: jobs added a hundred at a time, and its own batching of fetching and completing switched on.
import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { database, endToEnd, number, order } from './stage.mjs';

const TASK = 'benchmark';
const TOGETHER = 100;
const logger = new Logger(() => (level, message) => {
  if (level === 'error' || level === 'warning') {
    console.error(message);
  }
});
const pool = new pg.Pool({ ...database, max: 20 });
const utils = await makeWorkerUtils({ pgPool: pool, logger });
await utils.migrate();

let handled = 0;
await run({
  pgPool: pool,
  logger,
  noHandleSignals: true,
  taskList: {
    [TASK]: async () => {
      handled += 1;
    },
  },
  preset: {
    worker: {
      concurrentJobs: number('concurrency'),
      pollInterval: 500,
      localQueue: { size: number('queue') },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  },
});

const asking = new pg.Client(database);
await asking.connect();

await endToEnd({
  callers: number('callers'),
  publish: async (call) => {
    await utils.addJobs(
      Array.from({ length: TOGETHER }, (_, i) => ({ identifier: TASK, payload: order(call * TOGETHER + i) })),
    );
    return TOGETHER;
  },
  handled: () => handled,
  settled: async () => {
    while ((await asking.query('SELECT EXISTS (SELECT FROM graphile_worker._private_jobs) AS open')).rows[0].open) {
      await sleep(5);
    }
  },
});
