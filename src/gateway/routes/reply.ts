import type { Exchange } from '../../wire/contract.ts';

const JSON_HEADERS = ['content-type', 'application/json'];
const HTML_HEADERS = [
  'content-type',
  'text/html; charset=utf-8',
  'x-frame-options',
  'DENY',
  'content-security-policy',
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'x-content-type-options',
  'nosniff',
];

export function replyJson(exchange: Exchange, value: unknown, status = 200): void {
  exchange.reply(status, JSON_HEADERS, JSON.stringify(value));
}

/** A body that was made before. */
export function replyJsonBytes(exchange: Exchange, body: Buffer): void {
  exchange.reply(200, JSON_HEADERS, body);
}

export function replyHtml(exchange: Exchange, html: string): void {
  exchange.reply(200, HTML_HEADERS, html);
}

/** A handler whose answer never changes: one buffer for all requests. */
export function constantJson(value: unknown): (exchange: Exchange) => void {
  const body = Buffer.from(JSON.stringify(value));
  return (exchange) => exchange.reply(200, JSON_HEADERS, body);
}
