/** What a user reads after the start: the address, the models, what is not served natively, and a line to try. */
import type { FallbackChoice } from '../gateway/fallback/contract.ts';
import type { ConfigFinding, ConfigSnapshot, Deployment } from '../config/snapshot.ts';

const SHOWN_MODELS = 20;
const SHOWN_KEYS = 8;
const MASTER_KEY_VARIABLE = 'LITELLM_MASTER_KEY';
const KEY_PLACEHOLDER = 'YOUR_MASTER_KEY';

export interface StartFacts {
  readonly version: string;
  /** Address that this machine reaches the gateway at. */
  readonly url: string;
  readonly snapshot: ConfigSnapshot;
  /** Threads that serve. */
  readonly workers: number;
  readonly readyAfterMs: number;
  readonly restrictedToLoopback: boolean;
  /** Nobody named a port, and 4000 is taken. */
  readonly movedToPort: number | null;
  /** null: no LiteLLM stands behind the gateway. */
  readonly fallback: FallbackChoice | null;
  /** Providers whose keys the environment holds but that are not served natively. */
  readonly providersNotNative: readonly string[];
}

export function startReport(facts: StartFacts): string {
  const { snapshot, workers } = facts;
  const lines = [
    `fast-litellm ${facts.version} listens on ${facts.url} ` +
      `(${snapshot.source ?? 'no config file'}, ${workers === 1 ? '' : `${workers} workers, `}ready in ${Math.round(facts.readyAfterMs)} ms)`,
  ];
  if (facts.movedToPort !== null) {
    lines.push(`  Port 4000 is in use, so this is port ${facts.movedToPort}; choose one with --port.`);
  }
  lines.push(`  Models: ${modelList(snapshot)}`);
  const { fallback } = facts;
  if (fallback !== null) {
    const where = fallback.kind === 'url' ? `the LiteLLM at ${fallback.origin}` : 'a LiteLLM that is started now';
    lines.push(`  Everything that is not native: ${where}; "fast-litellm status" says how it does`);
  }
  const keys = notNativeKeys(snapshot.findings);
  if (keys.length > 0) {
    const more = keys.length > SHOWN_KEYS ? `, and ${keys.length - SHOWN_KEYS} more` : '';
    const command = snapshot.source === null ? '' : `; "fast-litellm check ${shellWord(snapshot.source)}" says more`;
    lines.push(`  Not served natively: ${keys.slice(0, SHOWN_KEYS).join(', ')}${more}${command}`);
  }
  if (facts.providersNotNative.length > 0) {
    lines.push(`  Keys found for providers that are not served natively yet: ${facts.providersNotNative.join(', ')}`);
  }
  if (facts.restrictedToLoopback) {
    lines.push(
      '  No master_key is set, so nobody is asked for a key; only this machine can connect. ' +
        'Set general_settings.master_key, or name an address with --host.',
    );
  } else if (snapshot.general.masterKey === null) {
    lines.push('  No master_key is set: whoever reaches this address can use it.');
  }
  return `${lines.join('\n')}\n\n  ${curlLine(facts)}\n`;
}

/** The same facts for `--json-logs`. */
export function startFields(facts: StartFacts): Record<string, unknown> {
  const { snapshot } = facts;
  return {
    version: facts.version,
    url: facts.url,
    config: snapshot.source,
    models: modelNames(snapshot).slice(0, SHOWN_MODELS),
    modelCount: modelNames(snapshot).length,
    notNative: notNativeKeys(snapshot.findings),
    open: snapshot.general.masterKey === null,
    workers: facts.workers,
    ...(facts.fallback === null ? {} : { fallback: facts.fallback }),
    readyMs: Math.round(facts.readyAfterMs),
  };
}

function modelNames(snapshot: ConfigSnapshot): string[] {
  const names = new Set(snapshot.deployments.map((deployment) => deployment.modelName));
  for (const [alias, target] of snapshot.aliases) if (!target.hidden) names.add(alias);
  return [...names];
}

function modelList(snapshot: ConfigSnapshot): string {
  const names = modelNames(snapshot);
  if (names.length === 0) return 'none';
  const more = names.length > SHOWN_MODELS ? `, and ${names.length - SHOWN_MODELS} more` : '';
  return names.slice(0, SHOWN_MODELS).join(', ') + more;
}

function notNativeKeys(findings: readonly ConfigFinding[]): string[] {
  return findings.filter((finding) => finding.kind === 'key' && finding.treatment !== 'served').map(({ key }) => key);
}

function curlLine({ url, snapshot }: StartFacts): string {
  const model = exampleModel(snapshot.deployments);
  if (model === null) return `curl ${url}/health/liveliness`;
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] });
  const insecure = url.startsWith('https:') ? ' -k' : '';
  return `curl${insecure} ${url}/v1/chat/completions${keyHeader(snapshot)} -H 'content-type: application/json' -d ${shellWord(body)}`;
}

/** Never the key itself: the variable when the shell has it, else a placeholder. */
function keyHeader(snapshot: ConfigSnapshot): string {
  const { masterKey, keyHeaderName } = snapshot.general;
  if (masterKey === null) return '';
  const isInVariable = snapshot.environment.get(MASTER_KEY_VARIABLE) === masterKey;
  const key = isInVariable ? `$${MASTER_KEY_VARIABLE}` : KEY_PLACEHOLDER;
  return ` -H "${keyHeaderName ?? 'authorization'}: Bearer ${key}"`;
}

function exampleModel(deployments: readonly Deployment[]): string | null {
  const chat = deployments.filter(({ modelInfo }) => modelInfo['mode'] === undefined || modelInfo['mode'] === 'chat');
  const plain = chat.find(({ modelName }) => !modelName.includes('*'));
  if (plain !== undefined) return plain.modelName;
  const pattern = chat[0]?.modelName;
  if (pattern === undefined) return null;
  return pattern.replace('*', pattern.startsWith('simulated/') ? 'hello' : 'gpt-4o-mini');
}

function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
