/** The chart rendered by helm: what Kubernetes gets, with every switch on and with none. */
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { runNamed } from './programs.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } & Readonly<Record<string, unknown>>;
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly Container[] };
    };
  };
  readonly data: Readonly<Record<string, string>>;
}

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[] | null;
  readonly envFrom: readonly { readonly secretRef: { readonly name: string } }[];
}

const CHART = 'deploy/helm/fast-litellm';
const KUBERNETES = ['--kube-version', '1.30.0'];

function rendered(...values: readonly string[]): readonly Manifest[] {
  const sets = values.flatMap((value) => ['--set', value]);
  const answer = runNamed('HELM', ['template', 'x', CHART, ...KUBERNETES, ...sets]);
  expect(answer).toMatchObject({ status: 0, errors: '' });
  return parseAllDocuments(answer.output).map((document) => document.toJS() as Manifest);
}

const only = (all: readonly Manifest[], kind: string, name = 'x-fast-litellm'): Manifest => {
  const found = all.filter((one) => one.kind === kind && one.metadata.name === name);
  expect(found).toHaveLength(1);
  return found[0] as Manifest;
};

const EVERYTHING = [
  'secretName=keys',
  'fallback.deploy=true',
  'autoscaling.enabled=true',
  'ingress.enabled=true',
  'ingress.host=llm.example',
  'redis.host=redis',
  'workers=auto',
  'environment.LITELLM_LOG=WARN',
];

describe('the chart', () => {
  it('has no finding', () => {
    const { status, output } = runNamed('HELM', ['lint', '--strict', CHART, '--set', 'secretName=keys']);
    expect(output).toContain('0 chart(s) failed');
    expect(status).toBe(0);
  });

  it.each([
    [[], /name a Secret that holds LITELLM_MASTER_KEY/],
    [['secretName=k', 'fallback.deploy=true', 'fallback.url=http://l:4000'], /either url or deploy, not both/],
    [['secretName=k', 'ingress.enabled=true'], /the public name of the gateway/],
  ])('refuses %j', (values, reason) => {
    const sets = values.flatMap((value) => ['--set', value]);
    const { status, errors } = runNamed('HELM', ['template', 'x', CHART, ...KUBERNETES, ...sets]);
    expect(errors).toMatch(reason);
    expect(status).not.toBe(0);
  });

  it('selects the pods that it makes, with everything on', () => {
    const all = rendered(...EVERYTHING);
    for (const name of ['x-fast-litellm', 'x-fast-litellm-litellm']) {
      const { selector, template } = only(all, 'Deployment', name).spec;
      expect(template.metadata.labels).toMatchObject(selector?.matchLabels ?? { none: '' });
      expect(template.metadata.labels).toMatchObject(only(all, 'Service', name).spec.selector ?? { none: '' });
    }
    expect(all.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['Ingress', 'HorizontalPodAutoscaler', 'PodDisruptionBudget']),
    );
    expect(only(all, 'Deployment').spec.replicas).toBeUndefined();
  });

  it('gives the gateway arguments that it takes and a configuration that it reads', () => {
    const all = rendered(...EVERYTHING);
    const [container] = only(all, 'Deployment').spec.template.spec.containers;
    expect(container?.args).toEqual([
      '--config=/etc/fast-litellm/config.yaml',
      '--port=4000',
      '--num_workers=auto',
      '--drain-timeout=30',
      '--fallback=http://x-fast-litellm-litellm:4000',
    ]);
    expect(container?.envFrom).toEqual([{ secretRef: { name: 'keys' } }]);
    expect(container?.env).toEqual([
      { name: 'REDIS_HOST', value: 'redis' },
      { name: 'REDIS_PORT', value: '6379' },
      { name: 'LITELLM_LOG', value: 'WARN' },
    ]);
    const config = parse(only(all, 'ConfigMap').data['config.yaml'] ?? '') as { model_list: unknown[] };
    expect(config.model_list).toHaveLength(1);
  });

  it('says nothing of a fallback that is not there', () => {
    const all = rendered('secretName=keys');
    const [container] = only(all, 'Deployment').spec.template.spec.containers;
    expect(container?.args.some((text) => text.startsWith('--fallback'))).toBe(false);
    expect(all.some(({ metadata }) => metadata.name.endsWith('-litellm') && metadata.name !== 'x-fast-litellm')).toBe(
      false,
    );
  });
});
