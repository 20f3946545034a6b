/**
 * The settings for streams that break off, as written: `stream_recovery`, `stream_hold_back_ms` and
 * `stream_hold_back_chars` under `router_settings`, each one value for all groups or a mapping from groups (`'*'`: all
 * others), and `model_info.stream_recovery` of a deployment, which wins for its group. Pure. A value that is none of
 * these is told and counts as not set.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import type { Deployment } from './snapshot.ts';

const MODES = ['off', 'resume', 'restart'] as const;
export type StreamRecoveryMode = (typeof MODES)[number];

/** A value per model group, and one for all others; null: not set. */
export interface PerGroup<Value> {
  readonly byGroup: ReadonlyMap<string, Value>;
  readonly others: Value | null;
}

export interface StreamRecoverySettings {
  readonly mode: PerGroup<StreamRecoveryMode>;
  readonly holdBackMs: PerGroup<number>;
  readonly holdBackChars: PerGroup<number>;
}

/** @param key path of the setting from the top of the file */
export type TellProblem = (key: string, note: string) => void;

export function readStreamRecovery(
  router: JsonObject,
  deployments: readonly Deployment[],
  tell: TellProblem,
): StreamRecoverySettings {
  const mode = perGroup(router, 'stream_recovery', { read: readMode, expected: EXPECTED_MODE, tell });
  const amount = { read: readAmount, expected: EXPECTED_AMOUNT, tell };
  return {
    mode: { byGroup: new Map([...mode.byGroup, ...deploymentModes(deployments, tell)]), others: mode.others },
    holdBackMs: perGroup(router, 'stream_hold_back_ms', amount),
    holdBackChars: perGroup(router, 'stream_hold_back_chars', amount),
  };
}

const EXPECTED_MODE = 'expected off, resume or restart; it counts as not set';
const EXPECTED_AMOUNT = 'expected a number that is not negative; it counts as not set';

interface Reading<Value> {
  readonly read: (value: JsonValue) => Value | null;
  readonly expected: string;
  readonly tell: TellProblem;
}

function perGroup<Value>(router: JsonObject, key: string, reading: Reading<Value>): PerGroup<Value> {
  const value = router[key] ?? null;
  const path = `router_settings.${key}`;
  const byGroup = new Map<string, Value>();
  if (!isJsonObject(value)) return { byGroup, others: readOne(value, path, reading) };
  for (const [group, entry] of Object.entries(value)) {
    const read = readOne(entry, `${path}.${group}`, reading);
    if (read !== null) byGroup.set(group, read);
  }
  const others = byGroup.get('*') ?? null;
  byGroup.delete('*');
  return { byGroup, others };
}

function readOne<Value>(value: JsonValue, path: string, { read, expected, tell }: Reading<Value>): Value | null {
  if (value === null) return null;
  const known = read(value);
  if (known === null) tell(path, expected);
  return known;
}

/** YAML 1.1 reads a plain `off` as false. */
function readMode(value: JsonValue): StreamRecoveryMode | null {
  return value === false ? 'off' : (MODES.find((mode) => mode === value) ?? null);
}

function readAmount(value: JsonValue): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : null;
}

/** Deployments of one group share what one of them says; of two that say different things the first counts. */
function deploymentModes(deployments: readonly Deployment[], tell: TellProblem): Map<string, StreamRecoveryMode> {
  const modes = new Map<string, StreamRecoveryMode>();
  deployments.forEach(({ modelName, modelInfo }, index) => {
    const path = `model_list[${index}].model_info.stream_recovery`;
    const mode = readOne(modelInfo['stream_recovery'] ?? null, path, { read: readMode, expected: EXPECTED_MODE, tell });
    if (mode === null) return;
    const first = modes.get(modelName);
    if (first === undefined) modes.set(modelName, mode);
    else if (first !== mode) tell(path, `another deployment of ${modelName} says ${first}, which counts`);
  });
  return modes;
}
