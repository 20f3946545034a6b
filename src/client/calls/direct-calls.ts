/**
 * Calls to models by their own names: what `completion`, `embedding` and their like do. Everything of the network is
 * shared by all of them; keys come from the call or from LiteLLM's environment variables, as they are at the call.
 */
import type { Deployment } from '../../config/snapshot.ts';
import { LiveEnvironment } from '../../config/environment.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { Attempt } from '../../router/contract.ts';
import { readRoutingPolicy, type RoutingPolicy, SAFE_RESILIENCE } from '../../router/routing-policy.ts';
import { createModelKnowledge, type ModelKnowledge } from '../model-knowledge.ts';
import type { CallCourse, CallGround } from '../router/call-ground.ts';
import { CallStarter } from '../router/call-starter.ts';
import type { CallFamily } from '../router/families.ts';
import type { ReadCall } from '../router/read-call.ts';
import type { RouterTools } from '../router/tools.ts';
import { DirectCourse } from './direct-course.ts';
import { DirectModels } from './direct-models.ts';
import { readDirectCall } from './read-direct-call.ts';

/** LiteLLM-compat: what its OpenAI client does where nothing is said. */
const DEFAULT_RETRIES = 2;

export class DirectCalls {
  readonly #tools: RouterTools;
  readonly #calls: CallStarter;
  #ground: DirectGround | null = null;

  constructor(tools: RouterTools) {
    this.#tools = tools;
    this.#calls = new CallStarter(tools);
  }

  /** @throws GatewayError as `Router`'s calls; whatever the call's signal was aborted with */
  start(family: CallFamily, question: object): Promise<unknown> {
    return this.#calls.start(family, question, () => this.#groundOfNow()).answer;
  }

  /** Closes every connection once the calls that run have ended. */
  close(): Promise<void> {
    return this.#calls.close(false);
  }

  /** Made anew when a variable of the environment has changed that a call went by. */
  #groundOfNow(): DirectGround {
    const { environment } = this.#tools;
    const stale = environment instanceof LiveEnvironment && environment.hasChanged();
    if (this.#ground === null || stale) this.#ground = new DirectGround(this.#tools);
    return this.#ground;
  }
}

class DirectGround implements CallGround {
  readonly knowledge: ModelKnowledge;
  readonly policy: RoutingPolicy = policyOf({ num_retries: DEFAULT_RETRIES });
  /** A call's own key makes it a model of its own. */
  readonly ownParameters = [];
  readonly #tools: RouterTools;
  readonly #models: DirectModels;

  constructor(tools: RouterTools) {
    this.#tools = tools;
    this.knowledge = createModelKnowledge(tools.prices(), { deployments: [], environment: tools.environment });
    this.#models = new DirectModels(this.knowledge);
  }

  course(call: ReadCall): CallCourse {
    const { retries, ...way } = readDirectCall(call);
    const { now, random } = this.#tools;
    return new DirectCourse({
      ...way,
      factsOf: ({ model, parameters }) =>
        this.#models.factsOf(model, this.#served(call, model, { ...call.body, ...parameters })),
      policy: retries === null ? this.policy : policyOf({ num_retries: DEFAULT_RETRIES, ...retries }),
      now,
      random,
    });
  }

  #served({ family }: ReadCall, model: string, body: JsonObject): JsonObject {
    const { defaultProvider } = family;
    if (defaultProvider === undefined || (body['custom_llm_provider'] ?? null) !== null) return body;
    return this.knowledge.providerOf(model) === null ? { ...body, custom_llm_provider: defaultProvider } : body;
  }

  deploymentOf({ deployment }: Attempt): Deployment {
    return this.#models.deploymentOf(deployment);
  }
}

function policyOf(router: JsonObject): RoutingPolicy {
  return readRoutingPolicy({ router, litellm: {}, resilience: SAFE_RESILIENCE });
}
