/** `fetch` over a transport, so that an official client speaks to it without a socket. */
import type { Transport, UpstreamCall } from '../../src/wire/contract.ts';

export function fetchOver(transport: Transport): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const body = Buffer.from(await request.arrayBuffer());
    return await new Promise((resolve, reject) => {
      let writer: ReadableStreamDefaultController<Uint8Array> | null = null;
      const call: UpstreamCall = transport.send(
        {
          origin: url.origin,
          method: request.method,
          path: url.pathname + url.search,
          headers: [...request.headers].flat(),
          body: [body],
          bodyLength: body.length,
        },
        {
          onHead(status, headers) {
            const pairs: [string, string][] = [];
            for (let index = 0; index + 1 < headers.length; index += 2) {
              pairs.push([headers[index] ?? '', headers[index + 1] ?? '']);
            }
            const stream = new ReadableStream<Uint8Array>({
              start: (controller) => void (writer = controller),
              cancel: () => call.abort(),
            });
            resolve(new Response(stream, { status, headers: pairs }));
          },
          onData: (chunk) => writer?.enqueue(chunk),
          onEnd: () => writer?.close(),
          onError(error) {
            const failure = new TypeError(error.message);
            if (writer === null) reject(failure);
            else writer.error(failure);
          },
        },
      );
      request.signal.addEventListener('abort', () => call.abort());
    });
  };
}
