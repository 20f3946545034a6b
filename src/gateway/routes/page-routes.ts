/** The few pages for people: start page, its aliases, and where the dashboard will be. */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { RouteDefinition, RouteHandler } from '../contract.ts';
import { notServed } from '../http/not-served.ts';
import { replyHtml } from './reply.ts';

export function pageRoutes(snapshot: ConfigSnapshot): RouteDefinition[] {
  const page = startPage(snapshot);
  const home: RouteHandler = (exchange) => replyHtml(exchange, page);
  const noDashboard: RouteHandler = () => {
    throw notServed('This gateway has no dashboard yet.');
  };
  const route = (path: string, methods: readonly string[], handler: RouteHandler): RouteDefinition => ({
    methods,
    path,
    family: 'pages',
    access: 'public',
    handler,
  });
  return [
    route('/', ['GET', 'HEAD'], home),
    // LiteLLM-compat: the documentation is the start page, so that `/docs` is not found.
    route('/redoc', ['GET', 'HEAD'], home),
    route('/ui/', ['GET'], noDashboard),
    route('/ui/{page:path}', ['GET'], noDashboard),
  ];
}

function startPage(snapshot: ConfigSnapshot): string {
  const key = snapshot.general.masterKey === null ? '' : ` -H "Authorization: Bearer $KEY"`;
  const model = escapeHtml(
    snapshot.deployments.find(({ modelName }) => !modelName.includes('*'))?.modelName ?? 'MODEL',
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>fast-litellm</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:4rem auto;padding:0 1rem}pre{overflow-x:auto;padding:1rem;background:#8881}</style>
<h1>fast-litellm</h1>
<p>The gateway is running. It speaks OpenAI's API, and LiteLLM's around it.</p>
<pre>curl $URL/v1/chat/completions${key} -H "Content-Type: application/json" \\
  -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello"}]}'</pre>
<ul>
<li><a href="/openapi.json">/openapi.json</a>: every route
<li>/v1/models: the models
<li><a href="/health/readiness">/health/readiness</a>: the state of this process
</ul>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
