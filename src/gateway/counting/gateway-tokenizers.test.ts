import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { deployment, snapshotWith, type SnapshotParts } from '../../../test/support/snapshot.ts';
import type { JsonValue } from '../../protocol/json.ts';
import type { HuggingFaceSource } from '../../tokenizer/hugging-face.ts';
import type { ThreadTokenizer } from '../../tokenizer/tokenizer-thread.ts';
import { familiesFor, GatewayTokenizers } from './gateway-tokenizers.ts';

const families = {
  version: 1,
  isOpenaiModel: () => false,
  isAnthropicModel: () => true,
  isCohereModel: () => true,
};
const SECRET = 'hub-canary-91c2';

/** A loader that does as it is told, and all that was logged. */
class Bench {
  readonly lines: string[] = [];
  readonly asked: HuggingFaceSource[] = [];
  readonly dropped: string[] = [];
  started = 0;
  closed = 0;
  failWith: string | null = null;
  lose = (): void => undefined;
  readonly tokenizers: GatewayTokenizers;

  constructor(hasPackage = true) {
    this.tokenizers = new GatewayTokenizers({
      log: pino({ level: 'debug' }, { write: (line: string) => this.lines.push(line) }),
      hasPackage: () => hasPackage,
      startLoader: (onLost) => {
        this.started += 1;
        this.lose = onLost;
        return { load: (name, source) => this.#load(name, source), close: async () => void (this.closed += 1) };
      },
    });
  }

  async #load(name: string, source: HuggingFaceSource): Promise<ThreadTokenizer> {
    this.asked.push(source);
    if (this.failWith !== null) throw new Error(this.failWith);
    return { name, counts: async (texts) => texts.map(() => 7), drop: () => void this.dropped.push(name) };
  }

  async follow(parts: SnapshotParts): Promise<void> {
    this.tokenizers.follow(snapshotWith(parts), families);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const mine = (custom_tokenizer: JsonValue, name = 'mine'): ReturnType<typeof deployment> =>
  deployment(name, name, { model: 'openai/my-model' }, { custom_tokenizer });
const hub = (model: string): SnapshotParts => ({ deployments: [deployment('d', 'group', { model })] });

describe("a deployment's own tokenizer", () => {
  test.each<[string, JsonValue, HuggingFaceSource]>([
    [
      'a repository',
      { identifier: 'owner/name', revision: 'v1', auth_token: SECRET },
      { identifier: 'owner/name', revision: 'v1', authToken: SECRET },
    ],
    ['a repository alone', { identifier: 'owner/name' }, { identifier: 'owner/name' }],
    ['a file', { identifier: './a/tokenizer.json', revision: 'main' }, { file: './a/tokenizer.json' }],
    ['a folder', { identifier: '/models/mine', auth_token: null }, { file: '/models/mine/tokenizer.json' }],
  ])('is loaded from %s', async (_name, given, source) => {
    const bench = new Bench();
    const own = mine(given);
    expect(bench.tokenizers.own(own)).toBeNull();
    await bench.follow({ deployments: [own, mine(given, 'twin')] });
    expect(bench.asked).toEqual([source]);
    expect(await bench.tokenizers.own(own)?.counts(['a'])).toEqual([7]);
    expect(bench.lines.join('')).not.toContain(SECRET);
  });

  test('that cannot be loaded is one warning, and is tried again at a reload', async () => {
    const bench = new Bench();
    const own = mine({ identifier: 'owner/name', auth_token: SECRET });
    bench.failWith = 'It could not be downloaded; check the network.';
    await bench.follow({ deployments: [own] });
    expect(bench.lines).toHaveLength(1);
    expect(bench.lines[0]).toMatch(/owner\/name of the model mine .*check the network\..*cl100k_base/);
    expect(bench.lines[0]).not.toContain(SECRET);
    expect(bench.tokenizers.own(own)).toBeNull();
    bench.failWith = null;
    await bench.follow({ deployments: [own] });
    expect(bench.tokenizers.own(own)).not.toBeNull();
  });

  test.each<[JsonValue]>([['name'], [{}], [{ identifier: 7 }], [{ identifier: 'a/b', auth_token: 7 }]])(
    '%j is one warning that says what to write',
    async (given) => {
      const bench = new Bench();
      await bench.follow({ deployments: [mine(given)] });
      expect([bench.lines.length, bench.lines[0], bench.started]).toEqual([
        1,
        expect.stringMatching(/custom_tokenizer of the model mine .*`identifier`/),
        0,
      ]);
    },
  );

  test('of the hub is not downloaded where HF_HUB_OFFLINE says so; a file is read', async () => {
    const bench = new Bench();
    const environment = { HF_HUB_OFFLINE: '1' };
    await bench.follow({
      deployments: [mine({ identifier: 'a/b' }), mine({ identifier: '/t.json' }, 'f')],
      environment,
    });
    expect(bench.asked).toEqual([{ file: '/t.json' }]);
    expect(bench.lines).toEqual([expect.stringContaining('HF_HUB_OFFLINE is set; give the path')]);
  });

  test('is kept by a reload that wants it, and let go by one that does not', async () => {
    const bench = new Bench();
    const [first, second] = [mine({ identifier: 'a/b' }), mine({ identifier: 'c/d' }, 'second')];
    await bench.follow({ deployments: [first, second] });
    await bench.follow({ deployments: [first] });
    expect([bench.asked.length, bench.dropped, bench.closed]).toEqual([2, ['c/d'], 0]);
    expect(bench.tokenizers.own(second)).toBeNull();
    await bench.follow({ deployments: [] });
    expect([bench.dropped, bench.closed, bench.started]).toEqual([['c/d', 'a/b'], 1, 1]);
  });

  test('is gone when its thread ends; a reload loads it again', async () => {
    const bench = new Bench();
    const own = mine({ identifier: 'a/b' });
    await bench.follow({ deployments: [own] });
    bench.lose();
    expect([bench.tokenizers.own(own), bench.lines]).toEqual([null, [expect.stringContaining('Reload')]]);
    await bench.follow({ deployments: [own] });
    expect([bench.started, bench.tokenizers.own(own)?.name]).toEqual([2, 'a/b']);
  });
});

describe('tokenizers that the rules name', () => {
  test.each([
    ['meta/llama-2-7b', 'hf-internal-testing/llama-tokenizer'],
    ['replicate/anything', 'hf-internal-testing/llama-tokenizer'],
    ['groq/Llama-3-70b', 'Xenova/llama-3-tokenizer'],
    ['cohere/command-r-plus', 'Xenova/c4ai-command-r-v01-tokenizer'],
  ] as const)('%s wants %s', async (model, name) => {
    const bench = new Bench();
    await bench.follow(hub(model));
    expect(bench.asked).toEqual([{ identifier: name }]);
    expect(bench.tokenizers.hub(name)?.name).toBe(name);
  });

  test('nothing is started where no model wants one', async () => {
    const bench = new Bench();
    await bench.follow(hub('openai/gpt-4o'));
    expect([bench.started, bench.lines]).toEqual([0, []]);
  });

  test('without the package, or offline, a debug line says so once', async () => {
    for (const [hasPackage, environment, said] of [
      [false, {}, 'package @huggingface/tokenizers is not installed'],
      [true, { HF_HUB_OFFLINE: 'true' }, 'HF_HUB_OFFLINE is set'],
    ] as const) {
      const bench = new Bench(hasPackage);
      await bench.follow({ ...hub('groq/llama-3'), environment });
      await bench.follow({ ...hub('groq/llama-3'), environment });
      expect([bench.started, bench.lines]).toEqual([0, [expect.stringMatching(`"level":20.*${said}`)]]);
    }
  });

  test("LiteLLM's switch leaves OpenAI's encodings alone, also for Claude", async () => {
    const bench = new Bench();
    const litellmRaw = { disable_hf_tokenizer_download: true };
    await bench.follow({ ...hub('groq/llama-3'), litellmRaw });
    expect([bench.started, bench.lines]).toEqual([0, []]);
    expect(familiesFor(snapshotWith({ litellmRaw }), families).isAnthropicModel('claude-2')).toBe(false);
    expect(familiesFor(snapshotWith(), families)).toBe(families);
  });
});
