/**
 * Keys and secrets: entries A1 to A4 of the fault catalogue.
 *
 * A4 asks for a response cache and for keys of clients, and the gateway has neither yet. What is checked is what must hold
 * with and without them: one caller never gets another one's answer. That the same key is served from the cache the
 * second time cannot be seen before there is one, nor can two virtual keys.
 */
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import {
  bearer,
  CLOSED_TARGETS,
  HOST_MEMBERS,
  hostHeaders,
  keyEchoes,
  READABLE_TARGETS,
  REFUSED_HOST_MEMBERS,
  wrongKeys,
  type Headers,
} from '../support/forbidden-requests.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { rawRequest } from '../support/raw-reply.ts';
import { answerWhole, completion } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';
import { judgeRules, together, type Judgement, type Rule } from '../support/verdict.ts';
import { expectVerdict } from './expect-verdict.ts';

const CANARY = 'sk-canary-7f3a9c1e5b2d4f60a8b7c6d5e4f30211';
const TAIL = CANARY.slice(-24);
const MASTER = 'sk-master-9d8c7b6a';
const MESSAGES = [{ role: 'user', content: 'Hello' }];
const REDIRECTS = [301, 302, 303, 307, 308];

let provider: ScriptedProvider;
let elsewhere: ScriptedProvider;
let gateway: GatewayProcess;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  elsewhere = await ScriptedProvider.start();
  provider.on('*', answerWhole);
  elsewhere.on('*', answerWhole);
  gateway = await GatewayProcess.start(configuration());
});

afterAll(async () => {
  await gateway.stop();
  await provider.close();
  await elsewhere.close();
});

function configuration(): string {
  const deployment = (name: string, params: object = {}): object => ({
    model_name: name,
    litellm_params: { model: `openai/${name}`, api_base: provider.apiBase, api_key: CANARY, ...params },
  });
  return stringify({
    model_list: [
      deployment('gpt'),
      deployment('guarded'),
      deployment('from-env', { api_key: 'os.environ/CANARY_KEY' }),
      deployment('silent', { timeout: 0.3 }),
      deployment('unreachable', { api_base: 'http://127.0.0.1:9/v1' }),
      deployment('fault-*'),
    ],
    router_settings: { num_retries: 0, timeout: 5 },
    general_settings: { master_key: MASTER },
  });
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: string;
}

async function ask(
  url: string,
  target: string,
  init: { method?: string; headers: Headers; body?: string },
): Promise<Answer> {
  const response = await fetch(url + target, { redirect: 'manual', signal: AbortSignal.timeout(20_000), ...init });
  return { status: response.status, text: await response.text(), headers: JSON.stringify([...response.headers]) };
}

function post(url: string, body: object | string, headers: Headers): Promise<Answer> {
  return ask(url, '/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify({ model: 'gpt', messages: MESSAGES, ...body }),
  });
}

function isJsonError(text: string): boolean {
  try {
    return /\S/.test(String((JSON.parse(text) as { error?: { message?: string } }).error?.message));
  } catch {
    return false;
  }
}

async function playWrongKeys(): Promise<Judgement> {
  const rules: Rule[] = [];
  for (const [name, headers] of wrongKeys(MASTER, CANARY)) {
    const { status, text } = await post(gateway.url, { model: 'guarded' }, headers);
    const sent = headers['authorization']?.slice('Bearer '.length) ?? '';
    rules.push(
      { text: `${name}: status ${status}`, held: [400, 401, 403, 431].includes(status) && isJsonError(text) },
      {
        text: `${name}: no key in the reply`,
        held: !text.includes(MASTER) && !(sent.length > 12 && text.includes(sent)),
      },
    );
  }
  for (const target of [...CLOSED_TARGETS, `/v1/models?key=${MASTER}`]) {
    const { answers, bytes } = await rawRequest(gateway.port, `GET ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
    const status = answers[0]?.status ?? 0;
    const shown = /"gpt"|from-env|127\.0\.0\.1:\d+\/v1"/.test(bytes.toString());
    rules.push({ text: `${target}: status ${status}`, held: !shown && (status === 307 || status >= 400) });
  }
  rules.push({ text: 'nothing reached the provider', held: provider.callsFor('guarded').length === 0 });
  return judgeRules(rules);
}

/** Everything that a gateway says, at a level of its log. */
async function playCanary(args: readonly string[]): Promise<Judgement> {
  const level = args.join(' ') || 'default level';
  const talking = await GatewayProcess.start(configuration(), { args, environment: { CANARY_KEY: CANARY } });
  const has = ({ text, headers }: Answer): boolean => (text + headers).includes(TAIL);
  const rules: Rule[] = [];
  for (const [name, script] of keyEchoes(CANARY)) {
    provider.on(`fault-${name}`, script);
    for (const stream of [false, true]) {
      const reply = await post(talking.url, { model: `fault-${name}`, stream }, bearer(MASTER));
      rules.push({ text: `${level}: the provider’s echo ${name} is cleaned`, held: !has(reply), advisory: true });
    }
  }
  provider.on('silent', (call) => call.pause(5000));
  for (const model of ['gpt', 'from-env', 'silent', 'unreachable', 'unknown']) {
    for (const stream of [false, true]) {
      const reply = await post(talking.url, { model, stream }, bearer(MASTER));
      rules.push({ text: `${level}: ${model}`, held: !has(reply) });
    }
  }
  for (const target of READABLE_TARGETS) {
    rules.push({
      text: `${level}: ${target}`,
      held: !has(await ask(talking.url, target, { headers: bearer(MASTER) })),
    });
  }
  await talking.stop();
  const used = provider.calls.some((call) => call.headers.authorization === `Bearer ${CANARY}`);
  const said = talking.stdout + talking.stderr;
  rules.push(
    { text: `${level}: the key was used`, held: used },
    { text: `${level}: not in stdout or stderr`, held: said.includes('listens on') && !said.includes(TAIL) },
  );
  return judgeRules(rules);
}

async function playOtherHosts(): Promise<Judgement> {
  const other = elsewhere.apiBase;
  const rules: Rule[] = [];
  const isQuiet = (name: string): Rule => ({
    text: `${name}: nothing reaches the other host`,
    held: elsewhere.connections === 0,
  });
  for (const [name, member] of HOST_MEMBERS) {
    const { status } = await post(gateway.url, member(other), bearer(MASTER));
    const isRefused = status >= 400 && status < 500;
    if (REFUSED_HOST_MEMBERS.has(name)) rules.push({ text: `${name}: refused`, held: isRefused, advisory: true });
    rules.push({ text: `${name}: status ${status}`, held: status === 200 || isRefused }, isQuiet(name));
  }
  const escaped = `{"model":"gpt","messages":${JSON.stringify(MESSAGES)},"api\\u005fbase":"${other}"}`;
  await post(gateway.url, escaped, bearer(MASTER));
  await post(gateway.url, {}, { ...bearer(MASTER), ...hostHeaders(other) });
  rules.push(isQuiet('an escaped name, and headers'));
  for (const status of REDIRECTS) {
    const model = `fault-${status}`;
    provider.on(model, (call) => call.answer(status, '', [`location: ${other}/chat/completions`]));
    const reply = await post(gateway.url, { model }, bearer(MASTER));
    const isEnded = elsewhere.connections > 0 || (reply.status >= 400 && isJsonError(reply.text));
    rules.push({ text: `${status}: not followed`, held: elsewhere.connections === 0, advisory: true });
    rules.push({ text: `${status}: an error, if not followed (${reply.status})`, held: isEnded });
  }
  const withKey = elsewhere.calls.some((call) => JSON.stringify(call.headers).includes(TAIL));
  rules.push({ text: 'the other host has not seen the provider’s key', held: !withKey });
  return judgeRules(rules);
}

/** Each call of the provider gets an answer of its own, so that a shared one is seen. */
async function playSharedAnswers(): Promise<Judgement> {
  let answers = 0;
  provider.on('cached', (call) => call.answer(200, completion(call.model, `answer ${(answers += 1)}`)));
  const config = {
    model_list: [
      {
        model_name: 'cached',
        litellm_params: { model: 'openai/cached', api_base: provider.apiBase, api_key: CANARY },
      },
    ],
    litellm_settings: { cache: true },
  };
  const textFor = async (url: string, key: string): Promise<string> =>
    (await chat(url, { model: 'cached', headers: bearer(key) })).text;
  // Without a master key every key is let in, and each is a caller of its own.
  const open = await GatewayProcess.start(stringify(config));
  const [first, second, again] = [
    await textFor(open.url, 'sk-one'),
    await textFor(open.url, 'sk-two'),
    await textFor(open.url, 'sk-one'),
  ];
  await open.stop();
  const closed = await GatewayProcess.start(stringify({ ...config, general_settings: { master_key: MASTER } }));
  const mine = await textFor(closed.url, MASTER);
  const wrong = await textFor(closed.url, 'sk-wrong');
  await closed.stop();
  return judgeRules([
    { text: `two keys, two answers: ${first}, ${second}`, held: first !== '' && second !== '' && first !== second },
    { text: `the same key, the same answer: ${first}, ${again}`, held: first === again, advisory: true },
    { text: `a wrong key gets nothing of it: ${mine}, ${wrong}`, held: mine !== '' && wrong === '' },
  ]);
}

describe.concurrent('keys and secrets', () => {
  it('A1: without the key', async (context) => {
    expectVerdict(context, 'A1', await playWrongKeys());
  });

  it('A2: the provider’s key comes out nowhere', async (context) => {
    expectVerdict(context, 'A2', together(await Promise.all([playCanary([]), playCanary(['--detailed_debug'])])));
  });

  it('A3: the client does not choose where a request goes', async (context) => {
    expectVerdict(context, 'A3', await playOtherHosts());
  });

  it('A4: two keys never share an answer', async (context) => {
    expectVerdict(context, 'A4', await playSharedAnswers());
  });
});
