/** An Express server with two workers, asked by its primary; the workers limit, count and ask OpenAI. */
import express from 'express';
import cluster from 'node:cluster';
import OpenAI from 'openai';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { get_encoding } from 'tiktoken';

const WORKERS = 2;

if (cluster.isPrimary) {
  // What workers see is told by the primary alone.
  const { noteLater } = (await import('./packages/recorder.cjs')).default;
  const ports = new Set();
  for (let i = 0; i < WORKERS; i += 1) cluster.fork();
  const ready = new Promise((resolve) => {
    let listening = 0;
    cluster.on('listening', (_worker, { port }) => {
      ports.add(port);
      if ((listening += 1) === WORKERS) resolve();
    });
  });
  await ready;
  const [port] = ports;
  const post = (path, body) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify(body),
    }).then(async (response) => [response.status, await response.json()]);
  for (let i = 0; i < 6; i += 1) {
    await noteLater(`tokens ${i}`, () => post('/tokens', { text: `text number ${i} 你好` }));
    await noteLater(`chat ${i}`, () => post('/chat', { text: `question ${i}` }));
    await noteLater(`limited ${i}`, () => post('/limited', { user: `user ${i}` }));
  }
  await Promise.all(
    Object.values(cluster.workers).map(
      (worker) =>
        new Promise((resolve) => {
          worker.on('exit', resolve);
          worker.send('stop');
        }),
    ),
  );
} else {
  const app = express();
  app.use(express.json());
  const limiter = new RateLimiterMemory({ points: 2, duration: 3600 });
  const encoding = get_encoding('o200k_base');
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: `${process.env.PROVIDER}/v1` });
  app.post('/tokens', ({ body }, response) => response.json({ count: encoding.encode(body.text).length }));
  app.post('/chat', async ({ body }, response) => {
    const messages = [{ role: 'user', content: body.text }];
    response.json(await client.chat.completions.create({ model: 'gpt-4o', messages }));
  });
  app.post('/limited', async ({ body }, response) => {
    const answers = [];
    for (let i = 0; i < 3; i += 1) {
      answers.push(
        await limiter.consume(body.user).then(
          ({ remainingPoints }) => remainingPoints,
          ({ consumedPoints }) => `refused at ${consumedPoints}`,
        ),
      );
    }
    response.json({ answers });
  });
  const server = app.listen(0, '127.0.0.1');
  process.on('message', () => {
    server.close();
    process.disconnect();
  });
}
