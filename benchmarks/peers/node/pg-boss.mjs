// pg-boss: a send for each event, fetched and completed in batches, fetching on while batches are full.
import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import { database, endToEnd, number, order } from './stage.mjs';

const QUEUE = 'benchmark';
const boss = new PgBoss({ ...database, max: 20 });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue(QUEUE);

let handled = 0;
await boss.work(
  QUEUE,
  { batchSize: number('batch'), localConcurrency: number('workers'), pollingIntervalSeconds: 0.5, burstWhenBatchFull: true },
  async (jobs) => {
    handled += jobs.length;
  },
);

const asking = new pg.Client(database);
await asking.connect();

await endToEnd({
  callers: 256,
  publish: async (sequence) => {
    await boss.send(QUEUE, order(sequence));
    return 1;
  },
  handled: () => handled,
  settled: async () => {
    const open = "SELECT EXISTS (SELECT FROM pgboss.job WHERE name = $1 AND state < 'completed') AS open";
    while ((await asking.query(open, [QUEUE])).rows[0].open) {
      await sleep(5);
    }
  },
});
