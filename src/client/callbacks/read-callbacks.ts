/** Callbacks as programs hand them in, as one list of loggers. A function is a logger that knows one event. */
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import { nearestName } from '../../errors/nearest-name.ts';
import { isRecord } from '../router/as-json.ts';
import { camelCase, unknownName } from '../router/names.ts';
import type { CustomLogger } from './contract.ts';

type Kind = 'onSuccess' | 'onFailure' | 'callbacks';

/** What a program may write for each; LiteLLM's own names are the second ones. */
const SPELLINGS: ReadonlyMap<string, Kind> = new Map([
  ['onSuccess', 'onSuccess'],
  ['on_success', 'onSuccess'],
  ['successCallback', 'onSuccess'],
  ['success_callback', 'onSuccess'],
  ['onFailure', 'onFailure'],
  ['on_failure', 'onFailure'],
  ['failureCallback', 'onFailure'],
  ['failure_callback', 'onFailure'],
  ['callbacks', 'callbacks'],
]);

/**
 * Parts what is said of callbacks from all other options; what is no object stays as it is.
 * @throws GatewayError `bad_request`, `not_implemented`
 */
export function splitCallbacks<Options>(options: Options): {
  readonly rest: Options;
  readonly loggers: readonly CustomLogger[];
} {
  if (!isRecord(options)) return { rest: options, loggers: [] };
  let loggers: CustomLogger[] | null = null;
  let rest: Record<string, unknown> | null = null;
  for (const [spelling, name] of SPELLINGS) {
    if (!Object.hasOwn(options, spelling)) continue;
    (loggers ??= []).push(...loggersOf(spelling, name, options[spelling]));
    delete (rest ??= { ...options })[spelling];
  }
  return { rest: (rest ?? options) as Options, loggers: loggers ?? [] };
}

function loggersOf(spelling: string, name: Kind, value: unknown): readonly CustomLogger[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map((each) => loggerOf(spelling, name, each));
}

function loggerOf(spelling: string, name: Kind, value: unknown): CustomLogger {
  // LiteLLM has integrations by name.
  if (typeof value === 'string') {
    const text = `${spelling}: integrations by name are not there yet; hand in a function or a logger object, or keep LiteLLM.`;
    throw new GatewayError('not_implemented', text, { param: spelling });
  }
  if (name === 'callbacks' && typeof value === 'object' && value !== null) return checkedLogger(spelling, value);
  if (name !== 'callbacks' && typeof value === 'function') {
    const call = value as NonNullable<CustomLogger['logSuccessEvent']>;
    return name === 'onSuccess' ? { logSuccessEvent: call } : { logFailureEvent: call };
  }
  const wanted = name === 'callbacks' ? 'a logger object, or a list of them' : 'a function, or a list of them';
  const text = `${spelling} has to be ${wanted}; got ${kindOfValue(value)}.`;
  throw new GatewayError('bad_request', text, { param: spelling });
}

const HOOKS = [
  'logPreApiCall',
  'logPostApiCall',
  'logStreamEvent',
  'logSuccessEvent',
  'logFailureEvent',
] as const satisfies readonly (keyof CustomLogger)[];

/** One that nothing can be told is a slip. Other members are the program's own. */
function checkedLogger(spelling: string, logger: CustomLogger): CustomLogger {
  let heard = false;
  for (const name of HOOKS) {
    const hook: unknown = logger[name];
    if (hook === undefined || hook === null) continue;
    heard = true;
    if (typeof hook === 'function') continue;
    const text = `${spelling}: ${name} has to be a function; got ${kindOfValue(hook)}.`;
    throw new GatewayError('bad_request', text, { param: spelling });
  }
  if (heard) return logger;
  for (const name in logger) {
    const near = nearestName(camelCase(name), HOOKS);
    if (near !== null) throw unknownName(`member of ${spelling}`, name, [near]);
  }
  const text = `${spelling}: a logger object needs at least one of ${HOOKS.join(', ')}.`;
  throw new GatewayError('bad_request', text, { param: spelling });
}

/** For who takes nothing but callbacks. @throws GatewayError `bad_request` for what tells of none */
export function readCallbacks(asked: string, options: unknown): readonly CustomLogger[] {
  if (!isRecord(options)) {
    const text = `${asked} takes one object, e.g. {onSuccess: (call) => …}; got ${kindOfValue(options)}.`;
    throw new GatewayError('bad_request', text);
  }
  if (HOOKS.some((hook) => typeof options[hook] === 'function')) {
    const text = `${asked} takes a logger object as a member: ${asked}({ callbacks: logger }).`;
    throw new GatewayError('bad_request', text, { param: 'callbacks' });
  }
  for (const name of Object.keys(options))
    if (!SPELLINGS.has(name)) throw unknownName(`member of ${asked}`, name, SPELLINGS.keys());
  return splitCallbacks(options).loggers;
}
