/** The floor: node:http in, undici out, nothing read and nothing checked. What any gateway on Node pays at least. */
import { createServer } from 'node:http';
import { Pool } from 'undici';

const [port, upstreamPort] = process.argv.slice(2).map(Number);
const pool = new Pool(`http://127.0.0.1:${upstreamPort}`, { connections: 1024, pipelining: 1 });

createServer((request, response) => {
  if (request.method === 'GET') {
    response.end('ok');
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    const headers = ['content-type', 'application/json', 'authorization', 'Bearer sk-up'];
    pool.dispatch(
      { path: request.url ?? '/', method: 'POST', headers, body },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, status, reply) => {
          response.writeHead(status, { 'content-type': String(reply['content-type'] ?? 'application/json') });
        },
        onResponseData: (_controller, chunk) => {
          response.write(chunk);
        },
        onResponseEnd: () => {
          response.end();
        },
        onResponseError: () => {
          response.destroy();
        },
      },
    );
  });
}).listen(port, '127.0.0.1', 4096);
