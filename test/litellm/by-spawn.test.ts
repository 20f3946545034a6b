/** `--fallback spawn` with a real LiteLLM: started, asked, killed, started again, stopped; the rest does not notice. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { isRunning } from '../support/litellm-program.ts';
import { childrenOf } from '../support/process-figures.ts';
import { litellmEnvironment } from '../support/real-litellm.ts';

const SERVED_BY = 'x-fast-litellm-served-by';
const KEY = { authorization: 'Bearer sk-1234' };
const CONFIG = `model_list:
  - { model_name: native, litellm_params: { model: openai/x, api_key: k, mock_response: from the gateway } }
general_settings: { master_key: sk-1234 }
acceleration: { "route:/v1/embeddings": off }
`;

let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await GatewayProcess.start(CONFIG, { args: ['--fallback', 'spawn'], environment: litellmEnvironment() });
});

afterAll(async () => {
  await gateway?.stop();
});

const answers = (times: number): Promise<void> =>
  gateway.until(() => gateway.stderr.split('LiteLLM answers.').length > times);

function litellmPid(): number {
  const [pid, ...others] = childrenOf(gateway.pid);
  if (pid === undefined || others.length > 0) throw new Error(`${others.length + 1} processes, not one`);
  return pid;
}

async function whoAnswers(path: string): Promise<string> {
  const reply = await fetch(gateway.url + path, { headers: KEY });
  await reply.arrayBuffer();
  return `${reply.headers.get(SERVED_BY) ?? 'gateway'} ${reply.status}`;
}

describe('a real LiteLLM that the gateway runs', () => {
  it('leaves native routes alone while it starts, then serves the others', async () => {
    expect((await chat(gateway.url, { model: 'native' })).text).toBe('from the gateway');
    expect(await whoAnswers('/openapi.json')).toBe('gateway 503');
    await answers(1);
    expect(await whoAnswers('/openapi.json')).toBe('litellm 200');
  });

  it('is killed without native routes noticing, and comes back', async () => {
    const killed = litellmPid();
    process.kill(killed, 'SIGKILL');
    await gateway.until(() => gateway.stderr.includes('it was ended by SIGKILL'));
    expect((await chat(gateway.url, { model: 'native' })).text).toBe('from the gateway');
    expect(await whoAnswers('/v1/models')).toBe('gateway 200');
    expect(await whoAnswers('/openapi.json')).toBe('gateway 503');
    await answers(2);
    expect([await whoAnswers('/openapi.json'), litellmPid() === killed]).toEqual(['litellm 200', false]);
    const status = (await (await fetch(`${gateway.url}/acceleration`, { headers: KEY })).json()) as object;
    expect(status).toMatchObject({ fallback: { kind: 'spawn', health: 'up', restarts: 1 } });
  });

  it('ends with the gateway', async () => {
    const pid = litellmPid();
    expect(await gateway.stop()).toEqual({ code: 0, signal: null });
    expect(isRunning(pid)).toBe(false);
  });
});
