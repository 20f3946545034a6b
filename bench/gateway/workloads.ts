/** The requests that every contestant gets. */
const PROSE = 'Four score and seven years ago our fathers brought forth on this continent a new nation. ';

export interface Workload {
  readonly name: string;
  readonly label: string;
  readonly connections: number;
  readonly body: string;
  readonly streamed: boolean;
}

function chat(bytes: number, stream: boolean): string {
  const content = PROSE.repeat(Math.ceil(bytes / PROSE.length)).slice(0, bytes);
  const messages = [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content },
  ];
  return JSON.stringify({
    model: 'gpt-4o-mini',
    messages,
    temperature: 0.7,
    max_tokens: 256,
    ...(stream ? { stream } : {}),
  });
}

function picture(bytes: number): string {
  const data = Buffer.alloc(bytes, 'picture of a gateway').toString('base64');
  const content = [
    { type: 'text', text: 'What is this?' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } },
  ];
  return JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content }] });
}

export const WORKLOADS: readonly Workload[] = [
  { name: 'chat-1k-c1', label: '1 KB chat, 1 connection', connections: 1, body: chat(850, false), streamed: false },
  { name: 'chat-1k-c64', label: '1 KB chat, 64 connections', connections: 64, body: chat(850, false), streamed: false },
  {
    name: 'picture-1m-c8',
    label: '1 MB picture, 8 connections',
    connections: 8,
    body: picture(750_000),
    streamed: false,
  },
  {
    name: 'stream-64-c8',
    label: '64-delta stream, 8 connections',
    connections: 8,
    body: chat(850, true),
    streamed: true,
  },
];
