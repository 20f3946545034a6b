/** About two hundred malformed requests, each on a connection of its own, with default settings: entry B1. */
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { BODIES, CHAT, GOOD, KEY, MEMBERS, TOLERATED } from '../support/malformed-bodies.ts';
import { HTTP, post, WORKING } from '../support/malformed-http.ts';
import { jsonPost, rawRequest, type RawAnswer, type RawReply } from '../support/raw-reply.ts';
import { answerWhole, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';
import { judgeRules, type Judgement } from '../support/verdict.ts';
import { expectVerdict } from './expect-verdict.ts';

const ANSWER_WITHIN_MS = 12_000;
const AT_ONCE = 4;
const PROVIDER_KEY = 'sk-canary-0d1c2b3a49586776';

/** `refused`: a 4xx. `judged`: a 4xx, or the provider's answer. `served`: the provider's answer. */
type Right = 'refused' | 'judged' | 'served';

interface BadRequest {
  readonly name: string;
  readonly bytes: string | Buffer;
  readonly right: Right;
  /** Sends FIN behind the bytes, which need no answer then. */
  readonly end?: boolean;
}

const withBody = (body: string | Buffer): Buffer => jsonPost(CHAT, body, [KEY]);
const entry =
  (right: Right, bytes: (value: string | Buffer) => string | Buffer) =>
  ([name, value]: readonly [string, string | Buffer]): BadRequest => ({ name, right, bytes: bytes(value) });
const asItIs = (value: string | Buffer): string | Buffer => value;

const REQUESTS: readonly BadRequest[] = [
  ...BODIES.map(entry('refused', withBody)),
  ...MEMBERS.map(entry('refused', withBody)),
  ...TOLERATED.map(entry('judged', withBody)),
  ...HTTP.map(entry('refused', asItIs)),
  ...WORKING.map(entry('served', asItIs)),
  { name: 'a body of 100 MB', right: 'judged', bytes: withBody(GOOD.replace('Hello', 'x'.repeat(100_000_000))) },
  {
    name: 'a body shorter than announced, then FIN',
    right: 'refused',
    bytes: post('content-length: 500', GOOD),
    end: true,
  },
];

let provider: ScriptedProvider;
let gateway: GatewayProcess;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  provider.on('*', answerWhole);
  gateway = await GatewayProcess.start(
    stringify({
      model_list: [
        {
          model_name: 'healthy',
          litellm_params: { model: 'openai/healthy', api_base: provider.apiBase, api_key: PROVIDER_KEY },
        },
      ],
      general_settings: { master_key: 'sk-1234' },
    }),
  );
});

afterAll(async () => {
  await gateway.stop();
  await provider.close();
});

interface Findings {
  /** Not what the catalogue asks for. */
  readonly wrong: string[];
  /** An error without the JSON of one. */
  readonly bare: string[];
}

function isErrorBody(body: string): boolean {
  try {
    const { error, detail } = JSON.parse(body) as { error?: Record<string, unknown>; detail?: unknown };
    if (error === undefined) return detail !== undefined;
    return /\S/.test(String(error['message'])) && ['type', 'param', 'code'].every((key) => key in error);
  } catch {
    return false;
  }
}

function isRefusal({ status }: RawAnswer): boolean {
  return status >= 400 && (status < 500 || status === 501 || status === 505);
}

/** What is wrong with a reply, or null. */
function faultOf({ right, end }: BadRequest, reply: RawReply): string | null {
  const text = reply.bytes.toString('latin1');
  if (reply.timedOut) return 'no answer in time';
  if (/\n\s+at \S+ ?\(|node_modules|node:internal/.test(text)) return 'a stack trace';
  const [answer] = reply.answers;
  if (answer === undefined) return end === true ? null : 'no answer';
  if (answer.headers.has('x-injected')) return 'an injected header';
  const isServed = answer.status === 200 && answer.body.includes(HEALTHY_TEXT);
  if (right === 'served' ? isServed : isRefusal(answer) || (right === 'judged' && isServed)) return null;
  return `status ${answer.status}`;
}

async function send(request: BadRequest, { wrong, bare }: Findings): Promise<void> {
  const options = { timeoutMs: ANSWER_WITHIN_MS, ...(request.end === undefined ? {} : { end: request.end }) };
  const reply = await rawRequest(gateway.port, request.bytes, options);
  const fault = faultOf(request, reply);
  if (fault !== null) wrong.push(`${request.name}: ${fault}`);
  for (const answer of reply.answers) {
    if (answer.status >= 400 && !isErrorBody(answer.body)) bare.push(request.name);
  }
}

async function pipelined(): Promise<boolean> {
  const one = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
  const bytes = one('/health/liveliness') + post(`content-length: ${GOOD.length}`, GOOD) + one('/no/such/path');
  const { answers } = await rawRequest(gateway.port, bytes, { answers: 3 });
  const served = answers[1]?.body.includes(HEALTHY_TEXT) === true;
  return served && answers.map(({ status }) => status).join(' ') === '200 200 404';
}

async function playBadInput(): Promise<Judgement> {
  const findings: Findings = { wrong: [], bare: [] };
  const left = [...REQUESTS];
  const sender = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await send(next, findings);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  if (!(await pipelined())) findings.wrong.push('three pipelined requests');
  const { wrong, bare } = findings;
  const hidden = provider.calls.filter((call) => call.body.includes('hidden')).length;
  const injected = provider.calls.filter((call) => call.headers['x-injected'] !== undefined).length;
  const next = await chat(gateway.url, { model: 'healthy' });
  const said = [...wrong, ...bare.map((name) => `${name}: no JSON error`)].join(', ');
  return judgeRules([
    { text: `${wrong.length} of ${REQUESTS.length} wrong, none: ${said}`, held: wrong.length === 0, advisory: true },
    { text: `at most 3 % wrong: ${said}`, held: wrong.length <= REQUESTS.length * 0.03 },
    { text: `${bare.length} without a JSON error, at most 3: ${said}`, held: bare.length <= 3, advisory: true },
    { text: `${hidden} hidden requests were run`, held: hidden === 0 },
    { text: `${injected} headers were injected`, held: injected === 0 },
    { text: 'the gateway serves afterwards', held: next.text === HEALTHY_TEXT },
    { text: 'nothing was thrown', held: !/uncaught|unhandled/i.test(gateway.stdout + gateway.stderr) },
  ]);
}

describe('bad input', () => {
  it(`B1: ${REQUESTS.length} malformed requests`, async (context) => {
    expectVerdict(context, 'B1', await playBadInput());
  });
});
