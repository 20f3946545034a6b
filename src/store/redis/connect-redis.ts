/**
 * A connection to Redis or Valkey that is made in the background, again and again, until it is closed.
 *
 * Promises: attempts for ever, 50 ms to 5 s apart (doubled, with jitter), whatever fails: the client cannot be loaded,
 * nobody listens, the login is refused. Until then every call fails at once with the reason of the last failure. Nothing
 * rejects but calls, and no text that leaves here holds a password.
 */
import { maskSecrets } from './mask-secrets.ts';
import { makeRedisClient, type ScriptClient } from './redis-client.ts';
import type { RedisScript } from './redis-script.ts';
import type { RedisSettings } from './redis-settings.ts';

export interface RedisConnection {
  /** Keys of one script must lie in one slot. */
  readonly isClustered: boolean;
  /**
   * Runs a script by its hash, and sends its text where the server does not know it (any more).
   * @throws Error with Redis' words, or why there is no connection
   */
  run(script: RedisScript, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  /** Ends the attempts, too; calls that wait for an answer fail. Takes at most half a second; never rejects. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly settings: RedisSettings;
  /** Told what went wrong, without secrets; must not throw. */
  readonly onError?: (reason: string) => void;
  /** 0 to 1, for the jitter. */
  readonly random: () => number;
}

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 5000;
/** A start does not wait longer for a server that is not there. */
const FIRST_ATTEMPT_MS = 2000;
const CLOSE_MS = 500;

/** Resolves when the first attempt to connect has ended, well or not, or takes 2 s; never rejects. */
export async function connectRedis(options: ConnectOptions): Promise<RedisConnection> {
  const connection = new BackgroundConnection(options);
  void connection.connect();
  const patience = setTimeout(() => connection.firstAttempt.resolve(), FIRST_ATTEMPT_MS);
  await connection.firstAttempt.promise;
  clearTimeout(patience);
  return connection;
}

class BackgroundConnection implements RedisConnection {
  readonly isClustered: boolean;
  readonly firstAttempt = Promise.withResolvers<void>();
  readonly #options: ConnectOptions;
  readonly #mask: (text: string) => string;
  readonly #sent = new Set<string>();
  #client: ScriptClient | null = null;
  #lastFailure: string | null = null;
  #isClosed = false;

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#mask = maskSecrets(options.settings);
    this.isClustered = options.settings.place.kind === 'cluster';
  }

  /** The client itself comes back when a connection is lost, but a first attempt that was refused it ends for good. */
  async connect(): Promise<void> {
    for (let retries = 0; !this.#isClosed; retries++) {
      try {
        this.#client ??= await this.#makeClient();
        // Closed while the client was loaded: there is nothing to end then, and nothing may begin.
        if (!this.#isClosed) await this.#client.connect();
        break;
      } catch (error) {
        this.#failed(error);
        await pause(this.#retryMs(retries));
      }
    }
    this.firstAttempt.resolve();
  }

  async run(script: RedisScript, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    try {
      return await this.#run(script, { keys: [...keys], arguments: [...values] });
    } catch (error) {
      const reason = this.#mask(reasonOf(error));
      // "The client is offline" says less than why.
      throw new Error(isOffline(reason) ? (this.#lastFailure ?? reason) : reason);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.firstAttempt.resolve();
    // A client of sentinels that are away ends only after its own attempts, up to 16 s; nobody has to wait for that.
    await Promise.race([this.#destroyClient(), pause(CLOSE_MS)]);
  }

  async #destroyClient(): Promise<void> {
    try {
      await this.#client?.destroy();
    } catch {
      // It was not connected.
    }
  }

  async #run({ text, sha }: RedisScript, options: Parameters<ScriptClient['eval']>[1]): Promise<unknown> {
    const client = this.#client;
    if (client === null || client.isReady === false)
      throw new Error(this.#lastFailure ?? 'there is no connection to Redis');
    // The first time with its text, so that calls that follow one another are run in that order.
    if (!this.#sent.has(sha)) {
      this.#sent.add(sha);
      return await client.eval(text, options);
    }
    try {
      return await client.evalSha(sha, options);
    } catch (error) {
      if (!reasonOf(error).startsWith('NOSCRIPT')) throw error;
      return await client.eval(text, options);
    }
  }

  async #makeClient(): Promise<ScriptClient> {
    const client = await makeRedisClient(this.#options.settings, (retries) => this.#retryMs(retries));
    client.on('error', (error) => this.#failed(error));
    return client;
  }

  #failed(error: unknown): void {
    if (this.#isClosed) return;
    this.#lastFailure = this.#mask(reasonOf(error));
    this.#options.onError?.(this.#lastFailure);
    this.firstAttempt.resolve();
  }

  #retryMs(retries: number): number {
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(retries, 10));
    return Math.ceil(longest * (0.5 + this.#options.random() / 2));
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function isOffline(reason: string): boolean {
  return /offline|closed/i.test(reason);
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message === '' ? code : error.message;
}
