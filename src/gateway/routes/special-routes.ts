/** Routes with an access rule of their own: `/metrics` and `/config/yaml`. */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { RouteDefinition } from '../contract.ts';
import { compileAuth } from '../auth/authenticate.ts';
import { notFound } from '../http/reply-error.ts';
import { invalid } from './query.ts';
import { readJsonBody } from './read-json-body.ts';
import { replyJson } from './reply.ts';

/** Prometheus is off: not found for those who may look, and its own refusal for the others. */
export function metricsRoute(snapshot: ConfigSnapshot): RouteDefinition {
  const authenticate = compileAuth(snapshot);
  const open = snapshot.litellm.raw['require_auth_for_metrics_endpoint'] === false;
  return {
    methods: ['GET'],
    path: '/metrics',
    family: 'metrics',
    access: 'public',
    handler: (exchange) => {
      try {
        if (!open) authenticate(exchange);
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        // LiteLLM-compat: a missing key reads like a malformed one here, and the body is a bare text.
        const reason = error.message.replace(
          'No api key passed in.',
          'Malformed API Key passed in. Ensure Key has `Bearer ` prefix.',
        );
        const hint =
          'To allow unauthenticated access, set `litellm_settings.require_auth_for_metrics_endpoint: false` in your proxy_config.yaml.';
        replyJson(exchange, `Unauthorized access to metrics endpoint: ${reason} ${hint}`, error.status);
        return;
      }
      throw notFound();
    },
  };
}

/** LiteLLM-compat: public, and only there to show the shape of the configuration; it wants a body even on GET. */
export function configYamlRoute(): RouteDefinition {
  return {
    methods: ['GET'],
    path: '/config/yaml',
    family: 'info',
    access: 'public',
    handler: async (exchange) => {
      if ((await readJsonBody(exchange)) === undefined) {
        throw invalid([{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }]);
      }
      replyJson(exchange, { hello: 'world' });
    },
  };
}
