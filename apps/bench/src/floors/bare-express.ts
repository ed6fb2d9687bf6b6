import express from 'express';

/** Starts an Express application that parses JSON and answers each request with `answer`; answers its URL. */
export function openBareExpress(answer: unknown): Promise<string> {
  const app = express();
  app.post('/', express.json({ limit: '25mb' }), (request, response) => {
    if (!Array.isArray(request.body.items)) throw new Error('the body holds no items');
    response.json(answer);
  });
  return new Promise((resolve, reject) => {
    const server = app.listen(0, '127.0.0.1', (error) => {
      const address = server.address();
      if (error !== undefined || address === null || typeof address === 'string') reject(error);
      else resolve(`http://127.0.0.1:${address.port}/`);
    });
  });
}
