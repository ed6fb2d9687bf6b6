import { createServer } from 'node:http';
import { listen } from '@postroom/servers';
import express from 'express';

/** Starts an Express application that parses JSON and answers each request with `answer`; answers its URL. */
export async function openBareExpress(answer: unknown): Promise<string> {
  const app = express();
  app.post('/', express.json({ limit: '25mb' }), (request, response) => {
    if (!Array.isArray(request.body.items)) throw new Error('the body holds no items');
    response.json(answer);
  });
  return `http://127.0.0.1:${await listen(createServer(app))}/`;
}
