/** `fast-litellm status` and `fast-litellm rollout`: what a running gateway says of its components, and how one is set. */
import { isJsonObject, type JsonValue } from '../protocol/json.ts';
import { MODE_REMEDY, parseMode } from '../rollout/mode-text.ts';
import { renderStatusTable } from '../rollout/render-status-table.ts';
import type { Recommendation, RolloutReport } from '../rollout/report.ts';
import type { FallbackState } from '../gateway/fallback/contract.ts';
import type { RelayReport } from '../gateway/fallback/relay-counts.ts';
import type { AskPort } from './ask-gateway.ts';
import { StartError, UsageError } from './usage-error.ts';

export interface AccelerationCommand {
  /** Address of the gateway. */
  readonly url: string;
  readonly json: boolean;
  /** null: only look. */
  readonly change: { readonly component: string; readonly mode: string | null } | null;
}

interface Answer extends RolloutReport {
  readonly recommendations: readonly Recommendation[];
  readonly fallback: (FallbackState & RelayReport & { readonly counting: string }) | null;
}

/** Words for what is configured. */
const CONFIGURED: ReadonlySet<string> = new Set(['configured', 'default']);

/**
 * `canary 10` is `canary:10`.
 * @returns null for what is configured
 * @throws UsageError
 */
export function modeOf(name: string, argument: string | undefined): string | null {
  const text = argument === undefined ? name : `${name}:${argument}`;
  if (CONFIGURED.has(text)) return null;
  if (parseMode(text) === null) throw new UsageError(`"${text}" is not a mode. ${MODE_REMEDY}`);
  return text;
}

/** @returns the exit code. @throws StartError when nobody answers, or not as a gateway does */
export async function askAcceleration(
  { url, json, change }: AccelerationCommand,
  port: Pick<AskPort, 'environment' | 'out' | 'fetch'>,
): Promise<number> {
  const base = url.replace(/\/+$/, '');
  const reply =
    change === null
      ? await ask(port, `${base}/acceleration`, {})
      : await ask(port, `${base}/acceleration/${encodeURIComponent(change.component)}`, {
          method: 'PUT',
          body: JSON.stringify({ mode: change.mode }),
        });
  const text = await reply.text();
  const body = parsed(text);
  if (reply.status === 404 && change === null) throw new StartError(notOurs(base));
  if (!reply.ok) throw new StartError(refusalText(reply.status, body));
  if (!isAnswer(body)) throw new StartError(notOurs(base));
  port.out(
    json ? `${JSON.stringify(body, null, 2)}\n` : rendered(body as unknown as Answer, change?.component ?? null),
  );
  return 0;
}

async function ask(port: Pick<AskPort, 'environment' | 'fetch'>, url: string, init: RequestInit): Promise<Response> {
  const key = port.environment.get('LITELLM_MASTER_KEY') ?? '';
  const authorization: Record<string, string> = key === '' ? {} : { authorization: `Bearer ${key}` };
  const headers = { 'content-type': 'application/json', ...authorization };
  try {
    return await port.fetch(url, { ...init, headers });
  } catch (error) {
    throw new StartError(`Nobody answers at ${url}. Start the gateway, or give its address with --url.`, {
      cause: error,
    });
  }
}

function notOurs(base: string): string {
  return `${base} does not answer as a fast-litellm gateway does. Give the address of one with --url.`;
}

function refusalText(status: number, body: JsonValue): string {
  const error = isJsonObject(body) ? body['error'] : undefined;
  const message = isJsonObject(error) && typeof error['message'] === 'string' ? error['message'] : `status ${status}`;
  const remedy = status === 401 || status === 403 ? ' Put the master key into LITELLM_MASTER_KEY.' : '';
  return `The gateway refuses: ${message}${remedy}`;
}

function rendered(answer: Answer, component: string | null): string {
  const components =
    component === null ? answer.components : answer.components.filter(({ name }) => name === component);
  const advice = answer.recommendations.filter(
    (each) => each.advice !== 'keep' && (component === null || each.component === component),
  );
  return [
    ...fallbackLines(answer),
    answer.components.length === 0 ? 'No component has an original here; start the gateway with --fallback.\n' : '',
    components.length === 0 ? '' : renderStatusTable({ ...answer, components }),
    ...advice.map((each) => `Advice for ${each.component}: ${each.advice} (${each.evidence})\n`),
  ].join('');
}

function fallbackLines({ fallback }: Answer): readonly string[] {
  if (fallback === null) return [];
  const { kind, origin, health, sinceMs, reason, restarts, handedOver, websockets, counting } = fallback;
  const where = origin === null ? '' : ` at ${origin}`;
  const whose = kind === 'spawn' ? `, run by the gateway, ${restarts} restarts` : '';
  const why = reason === null ? '' : `: ${reason}`;
  const handed = Object.entries(handedOver).map(([name, count]) => `${name} ${count}`);
  return [
    `LiteLLM${where} is ${health} since ${new Date(sinceMs).toISOString()}${whose}${why}\n`,
    `Handed to it: ${handed.join(', ')}, websockets ${websockets}\n`,
    `${counting}\n\n`,
  ];
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}

function isAnswer(body: JsonValue): boolean {
  return isJsonObject(body) && Array.isArray(body['components']) && Array.isArray(body['recommendations']);
}
