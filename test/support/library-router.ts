/** A `Router` over a scripted provider: no variables of this machine, no sleep between attempts. */
import { Router } from '../../src/client/router/router.ts';
import type { RouterDeployment, RouterOptions } from '../../src/client/router/contract.ts';
import { processTools, type RouterTools } from '../../src/client/router/tools.ts';
import type { ScriptedProvider } from './scripted-provider.ts';

export function testTools(changes: Partial<RouterTools> = {}): RouterTools {
  return { ...processTools(), environment: new Map(), ...changes };
}

export interface TestDeploymentParams {
  readonly model: string;
  readonly [name: string]: unknown;
}

/** One deployment of the provider; its model's name picks the script, `openai/` stands before it where nothing does. */
export function deployment(
  provider: ScriptedProvider,
  modelName: string,
  params: TestDeploymentParams,
  modelInfo: { readonly id?: string; readonly [name: string]: unknown } = {},
): RouterDeployment {
  return {
    modelName,
    litellmParams: {
      apiBase: provider.apiBase,
      apiKey: 'sk-provider-secret',
      ...params,
      model: params.model.includes('/') ? params.model : `openai/${params.model}`,
    },
    modelInfo: { id: params.model, ...modelInfo },
  };
}

export function routerOf(
  modelList: readonly RouterDeployment[],
  options: RouterOptions = {},
  tools: Partial<RouterTools> = {},
): Router {
  return new Router({ numRetries: 0, ...options, modelList }, testTools(tools));
}

export const messages = [{ role: 'user', content: 'Hello!' }];

/** The error that a promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
