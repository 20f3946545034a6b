/** A provider for loads, in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const PROGRAM = path.join(import.meta.dirname, 'load-provider-process.ts');

/**
 * `healthy`: a short answer. `large`: 10 MB. `huge-error`: 500 with 114 MB. `large-stream`: 512 chunks of 10 KB, 20 ms
 * apart. `endless`: five words, then one a second.
 */
export type LoadKind = 'healthy' | 'large' | 'huge-error' | 'large-stream' | 'endless';

export class LoadProvider {
  readonly #port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
  }

  static async start(): Promise<LoadProvider> {
    const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
    // A test that failed before it stopped the provider must not leave it behind.
    process.once('exit', () => child.kill('SIGKILL'));
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return new LoadProvider(child, Number(line.toString()));
  }

  /** An entry of `model_list` whose model is named after what its provider does. */
  deployment(kind: LoadKind): object {
    const address = { api_base: `http://127.0.0.1:${this.#port}/${kind}/v1`, api_key: 'k' };
    return { model_name: kind, litellm_params: { model: `openai/${kind}`, ...address } };
  }

  /** Streams that are under way. */
  async openStreams(): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.#port}/open`);
    return Number(await response.text());
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
