// Restate: its server, a worker and the callers, each a process of its own. A handler of three durable steps, each a
// row in PostgreSQL; on the path of failure the third throws a terminal error and the handler undoes by two more.
import { fork, spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import * as restate from '@restatedev/restate-sdk';
import { database, flag, measureSagas, number, option } from './stage.mjs';

const CONNECTIONS = 24; // as many as our own side has
const NOTE = 'a hundred characters of a note to be kept '.repeat(3);

async function worker() {
  const pool = new pg.Pool({ ...database, max: CONNECTIONS });
  const insert = async (sequence, step) => {
    await pool.query({
      name: 'insert',
      text: 'INSERT INTO bookings (sequence, step, note) VALUES ($1, $2, $3)',
      values: [sequence, step, NOTE],
    });
  };
  const failing = flag('failing');
  const booking = restate.service({
    name: 'Booking',
    handlers: {
      run: async (ctx, sequence) => {
        await ctx.run('inventory', () => insert(sequence, 'inventory'));
        await ctx.run('technician', () => insert(sequence, 'technician'));
        try {
          await ctx.run('notice', async () => {
            if (failing) {
              throw new restate.TerminalError('It is fully booked.');
            }
            await insert(sequence, 'notice');
          });
          return 'booked';
        } catch (error) {
          if (!(error instanceof restate.TerminalError)) {
            throw error;
          }
          await ctx.run('technician/undo', () => insert(sequence, 'technician/undo'));
          await ctx.run('inventory/undo', () => insert(sequence, 'inventory/undo'));
          return 'undone';
        }
      },
    },
  });
  await restate.serve({ services: [booking], port: number('worker') });
  process.send('ready');
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const agent = new Agent({ keepAlive: true });

function call(port, path, method, body, headers) {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, agent, headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => (text += part));
        response.on('end', () =>
          response.statusCode < 300 ? resolve(text) : reject(new Error(`${path} answered ${response.statusCode}: ${text}`)),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function until(work) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 300) {
        throw error;
      }
      await sleep(100);
    }
  }
}

async function main() {
  const [ingress, admin, node, port] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const binary = createRequire(createRequire(import.meta.url).resolve('@restatedev/restate-server/package.json')).resolve(
    `@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`,
  );
  const server = spawn(binary, ['--no-logo', '--base-dir', `${option('folder')}/restate`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_LOG_FILTER: 'error',
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}`,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
    },
  });
  const working = fork(import.meta.filename, [...process.argv.slice(2), `worker=${port}`]);
  process.on('exit', () => {
    server.kill('SIGKILL');
    working.kill('SIGKILL');
  });
  await new Promise((ready) => working.once('message', ready));
  const deployment = JSON.stringify({ uri: `http://127.0.0.1:${port}` });
  await until(() => call(admin, '/deployments', 'POST', deployment));
  const expected = flag('failing') ? '"undone"' : '"booked"';
  await measureSagas(async (sequence) => {
    const result = await call(ingress, '/Booking/run', 'POST', String(sequence), { 'idempotency-key': `saga-${sequence}` });
    if (result !== expected) {
      throw new Error(`Saga ${sequence} ended as ${result}`);
    }
  });
}

await (option('worker') ? worker() : main());
