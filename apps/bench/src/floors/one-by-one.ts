import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { listen } from '@postroom/servers';
import { Queue } from 'bullmq';
import express from 'express';
import pg from 'pg';
import * as z from 'zod';
import { bullmqOptionsOf } from './bullmq-connection.ts';
import { insertStatement } from './insert-rows.ts';
import { makeRows } from './rows.ts';

const settingsSchema = z.object({ databaseUrl: z.string() });

/** As many connections as the API has unless told. */
const connections = 10;

/**
 * Starts an Express application that does of each request what cannot be left out: one INSERT of one row by `pg`, one `add`
 * of BullMQ, and `answer`. Resolves with its URL.
 */
export async function openOneByOne(settings: unknown, answer: unknown): Promise<string> {
  const pool = new pg.Pool({
    connectionString: settingsSchema.parse(settings).databaseUrl,
    max: connections,
  });
  const queue = new Queue('sends', bullmqOptionsOf(settings));
  await queue.waitUntilReady();
  const app = express();
  app.post('/', express.json({ limit: '25mb' }), async (_request, response) => {
    await pool.query({ name: 'insert', text: insertStatement, values: [JSON.stringify(makeRows(1))] });
    const sendId = randomUUID();
    await queue.add('send', { sendId, epoch: 0 }, { jobId: `${sendId}-0` });
    response.json(answer);
  });
  return `http://127.0.0.1:${await listen(createServer(app))}/`;
}
