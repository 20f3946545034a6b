/**
 * `GET /acceleration` and `PUT /acceleration/<component>`: how the components stand, over all threads, and how one of
 * them is set by hand. Whoever administers the gateway may do both, who may only look the first.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonObject, type JsonValue } from '../../protocol/json.ts';
import type { ModeSetting } from '../../rollout/contract.ts';
import { MODE_REMEDY, parseMode } from '../../rollout/mode-text.ts';
import { recommend } from '../../rollout/recommend.ts';
import type { Exchange } from '../../wire/contract.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import type { GatewayState, RouteDefinition } from '../contract.ts';
import type { FallbackState } from '../fallback/contract.ts';
import { readJsonBody } from '../routes/read-json-body.ts';
import { replyJson } from '../routes/reply.ts';
import type { AccelerationDesk, ThreadReport } from './contract.ts';
import { countingNote } from './counting-note.ts';

const PATH = '/acceleration';

export type AdminRole = 'admin' | 'viewer';

export interface AccelerationRouteDeps {
  readonly state: GatewayState;
  readonly desk: AccelerationDesk;
  readonly authenticate: Authenticate;
  /** null: no LiteLLM stands behind the gateway. */
  readonly fallback: {
    state(): FallbackState;
    /** What a credential may do that only LiteLLM knows; null: nothing, or nobody can say. */
    roleOf(exchange: Exchange): Promise<AdminRole | null>;
  } | null;
}

export function accelerationRoutes(deps: AccelerationRouteDeps): RouteDefinition[] {
  const route = (method: string, path: string, handler: RouteDefinition['handler']): RouteDefinition => ({
    methods: [method],
    path,
    family: 'acceleration',
    // The handler asks for the key itself, since LiteLLM may have to be asked about it.
    access: 'public',
    neverHandedOver: true,
    handler,
  });
  return [
    route('GET', PATH, async (exchange) => {
      await roleFor(exchange, deps);
      replyJson(exchange, bodyOf(await deps.desk.report(), deps));
    }),
    route('PUT', `${PATH}/{component:path}`, async (exchange, { pathParams }) => {
      if ((await roleFor(exchange, deps)) !== 'admin') throw mayOnlyLook();
      const mode = readMode(await readJsonBody(exchange), deps.state.now());
      const report = await ordered(deps.desk, pathParams.get('component') ?? '', mode);
      replyJson(exchange, bodyOf(report, deps));
    }),
  ];
}

async function ordered(desk: AccelerationDesk, component: string, mode: ModeSetting | null): Promise<ThreadReport> {
  try {
    return await desk.order({ component, mode });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new GatewayError('not_found', `There is ${error.message}.`, { param: 'component' });
  }
}

/** @throws GatewayError `auth_error`, `permission_denied` */
async function roleFor(exchange: Exchange, { authenticate, fallback }: AccelerationRouteDeps): Promise<AdminRole> {
  try {
    authenticate(exchange);
    return 'admin';
  } catch (error) {
    const role = (await fallback?.roleOf(exchange)) ?? null;
    if (role !== null) return role;
    throw error;
  }
}

function mayOnlyLook(): GatewayError {
  return new GatewayError('permission_denied', 'This key may look at components, not set them. Use the master key.');
}

/** `{"mode": "canary:10"}`, or null for what is configured. A schedule begins now, for all threads alike. */
function readMode(body: JsonValue | undefined, nowMs: number): ModeSetting | null {
  const text = body !== undefined && isJsonObject(body) ? body['mode'] : undefined;
  if (text === null) return null;
  const mode = typeof text === 'string' ? parseMode(text) : null;
  if (mode === null)
    throw new GatewayError('bad_request', `'mode' is not one. ${MODE_REMEDY} null: as configured.`, { param: 'mode' });
  return mode.mode === 'gradual' ? { ...mode, startedAtMs: nowMs } : mode;
}

function bodyOf({ rollout, relays }: ThreadReport, { fallback, state }: AccelerationRouteDeps): unknown {
  return {
    ...rollout,
    recommendations: recommend(rollout),
    fallback:
      fallback === null || relays === null
        ? null
        : { ...fallback.state(), ...relays, counting: countingNote(state.snapshot) },
  };
}
