import { describe, expect, it } from 'vitest';
import { testRollout } from '../../test/support/rollout.ts';
import { latencyBucket } from './latency-buckets.ts';
import { latencyReport } from './latency-histogram.ts';
import { mergeReports } from './merge-reports.ts';
import { recommend } from './recommend.ts';
import { renderPrometheus } from './render-prometheus.ts';
import { renderStatusTable } from './render-status-table.ts';
import { speedUpOf } from './speed-up.ts';
import type { ComponentReport, LatencyReport, RolloutReport } from './report.ts';

type Changes = Partial<Omit<ComponentReport, 'counts'>> & { readonly counts?: Partial<ComponentReport['counts']> };

const latency = (ms: number, samples = 1_000): LatencyReport =>
  latencyReport([[latencyBucket(ms), samples]], ms * samples);

function componentReport({ counts, ...changes }: Changes = {}): ComponentReport {
  const times = changes.latency ?? { fast: latency(0.01), original: latency(0.04) };
  return {
    name: 'tokenizer',
    replaces: 'js-tiktoken',
    environmentVariable: 'FAST_LITELLM_TOKENIZER',
    configured: 'on',
    configuredBy: 'default',
    override: null,
    state: 'serving',
    percent: 100,
    stickyBy: 'user',
    applied: true,
    why: 'set by default',
    retryAtMs: null,
    counts: {
      fastCalls: 5_000,
      originalCalls: 5_000,
      fallbacks: 0,
      throws: 0,
      hangs: 0,
      agreedErrors: 0,
      comparisons: 500,
      mismatches: 0,
      skippedComparisons: 0,
      rollbacks: 0,
      rearmed: 0,
      ...counts,
    },
    latency: times,
    speedUp: speedUpOf(times),
    memoryBytes: null,
    ...changes,
  };
}

const report = (...components: readonly ComponentReport[]): RolloutReport => ({ atMs: 1, components, unknown: [] });

describe('a report', () => {
  it('is plain JSON, with the memory that a component tells', () => {
    const { rollout, component } = testRollout({ definition: { memoryBytes: () => 4_096 } });
    component.wrap({ fast: () => 1, original: () => 1 })();
    const made = rollout.report();
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
    expect(made.components[0]).toMatchObject({ memoryBytes: 4_096, environmentVariable: 'FAST_LITELLM_TOKENIZER' });
  });

  it('tells no speed-up of fewer than 20 samples of either side', () => {
    const { component, time } = testRollout({ block: { tokenizer: 'canary:50' } });
    const call = component.wrap({ fast: () => time.spend(1), original: () => time.spend(4) });
    const samples = (): number => {
      const { fast, original } = component.report().latency;
      return Math.min(fast?.samples ?? 0, original?.samples ?? 0);
    };
    while (samples() < 19) call();
    expect(component.report().speedUp).toBeNull();
    while (samples() < 20) call();
    expect(component.report().speedUp).toBeCloseTo(4, 0);
  });

  it('is made even where a component cannot tell its memory', () => {
    const { component } = testRollout({
      definition: {
        memoryBytes: () => {
          throw new Error('no');
        },
      },
    });
    expect(component.report().memoryBytes).toBeNull();
  });

  it('names what no call has reached', () => {
    const { component } = testRollout({ block: { tokenizer: 'canary:1' } });
    const call = component.wrap({ fast: () => 1, original: () => 1, identityOf: () => 'user-1' });
    call();
    expect(component.report().why).toBe('set by acceleration.tokenizer; no call fell into the 1 % yet');
  });
});

describe('canary:0', () => {
  it('is shown as off, also after calls that were good', () => {
    const { rollout, component } = testRollout({ block: { tokenizer: 'on' } });
    const call = component.wrap({ fast: () => 1, original: () => 1 });
    call();
    rollout.override('tokenizer', { mode: 'canary', percent: 0 });
    call();
    expect(component.report()).toMatchObject({
      applied: false,
      why: 'set at run time; 0 % is off: the original answers every call',
    });
  });
});

describe('mergeReports', () => {
  it('adds up the threads, and shows the one that is worst off', () => {
    const good = componentReport({ memoryBytes: 10 });
    const bad = componentReport({
      state: 'rolled_back',
      percent: 0,
      applied: false,
      why: 'rolled back: mismatch; tried again in 30s',
      counts: { mismatches: 1 },
      latency: { fast: null, original: latency(1) },
    });
    const [merged] = mergeReports([report(good), report(bad), report(good)]).components;
    expect(merged).toMatchObject({
      state: 'rolled_back',
      applied: true,
      why: 'rolled back: mismatch; tried again in 30s (1 of 3 threads)',
      counts: { fastCalls: 15_000, mismatches: 1 },
      memoryBytes: 20,
    });
    expect(merged?.percent).toBeCloseTo(66.7, 1);
    expect(merged?.latency.fast).toMatchObject({ samples: 2_000, sumMs: 20 });
    expect(merged?.latency.original?.samples).toBe(3_000);
    expect(merged?.latency.original?.p95Ms).toBeCloseTo(1, 1);
  });

  it('leaves a single one as it is, and keeps what is unknown everywhere', () => {
    const single = { ...report(componentReport()), unknown: ['http_pol', 'wire'] };
    expect(mergeReports([single])).toEqual(single);
    expect(mergeReports([single, { ...single, unknown: ['http_pol'] }]).unknown).toEqual(['http_pol']);
  });
});

describe('recommend', () => {
  const slow = { fast: latency(0.1), original: latency(0.04) };
  const few = { fast: latency(0.01, 20), original: latency(0.04, 20) };
  it.each<[string, Changes, string]>([
    ['what is off and used can be tried beside the original', { state: 'off', counts: { fastCalls: 0 } }, 'shadow'],
    ['what is off and not used stays', { state: 'off', counts: { originalCalls: 3 } }, 'keep'],
    ['a shadow that agrees and is faster', { state: 'shadow' }, 'canary:10'],
    ['a shadow that is slower', { state: 'shadow', latency: slow }, 'keep'],
    ['a shadow that was compared too little', { state: 'shadow', counts: { comparisons: 5 } }, 'keep'],
    ['a shadow that differs', { state: 'shadow', counts: { mismatches: 1 } }, 'off'],
    ['a canary that proved itself', { configured: 'canary:10', percent: 10 }, 'on'],
    ['a canary that fell back', { configured: 'canary:10', percent: 10, counts: { fallbacks: 1 } }, 'keep'],
    ['a canary with too few samples', { configured: 'canary:10', percent: 10, latency: few }, 'keep'],
    ['a schedule', { configured: 'gradual:10,100@1m', percent: 10 }, 'keep'],
    ['what is on and faster', {}, 'keep'],
    ['what is on and slower', { latency: slow }, 'off'],
    ['what is on and differs', { counts: { mismatches: 2 } }, 'off'],
    ['what was rolled back once', { state: 'rolled_back', counts: { rollbacks: 1 } }, 'keep'],
    ['what was rolled back again and again', { state: 'trial', counts: { rollbacks: 3 } }, 'off'],
  ])('%s', (_what, changes, advice) => {
    expect(recommend(report(componentReport(changes)))).toMatchObject([{ component: 'tokenizer', advice }]);
  });

  it('gives its evidence', () => {
    const changes = { counts: { throws: 1, hangs: 2, rollbacks: 1, mismatches: 3 } };
    expect(recommend(report(componentReport(changes)))[0]?.evidence).toBe(
      '5000 fast and 5000 original calls, 3 of 500 comparisons differ, 1 failed, 2 hung, 1 rollbacks, ' +
        'original p50 38.9us, fast p50 9.73us, speed-up 4.00x',
    );
  });
});

describe('renderStatusTable', () => {
  it('is a table of plain text', () => {
    const made = {
      ...report(
        componentReport(),
        componentReport({
          name: 'route:/v1/embeddings',
          configured: 'canary:12.5',
          override: 'off',
          state: 'off',
          percent: 0,
          applied: false,
          why: 'set at run time',
          latency: { fast: null, original: latency(1_500) },
        }),
      ),
      unknown: ['http_pol'],
    };
    expect(renderStatusTable(made)).toBe(
      [
        'component             mode    %  fast calls  original calls  fallbacks  mismatches  p50 original  p50 fast  speed-up  state    why',
        'tokenizer             on    100        5000            5000          0           0        38.9us    9.73us     4.00x  applied  set by default',
        'route:/v1/embeddings  off     0        5000            5000          0           0         1.54s         -         -  off      set at run time',
        'http_pol is set, but there is no such component here',
        '',
      ].join('\n'),
    );
  });
});

describe('the mode in the table', () => {
  it('is off where everything is switched off', () => {
    const { rollout, component } = testRollout({ block: { tokenizer: 'canary:50' } });
    component.wrap({ fast: () => 1, original: () => 1 })();
    rollout.switchOff('FAST_LITELLM');
    expect(renderStatusTable(rollout.report())).toMatch(/^tokenizer +off +0 .+ off +everything is switched off by/m);
  });
});

describe('renderPrometheus', () => {
  const text = renderPrometheus(report(componentReport({ name: 'route:/a"b\\c', memoryBytes: 7, percent: 25 })));

  it('has one line for each sample, labels escaped', () => {
    expect(text).toContain('fast_litellm_component_calls_total{component="route:/a\\"b\\\\c",side="fast"} 5000\n');
    expect(text).toContain('_comparisons_total{component="route:/a\\"b\\\\c",result="agreed"} 500\n');
    expect(text).toContain('_fast_ratio{component="route:/a\\"b\\\\c"} 0.25\n');
    expect(text).toContain('_memory_bytes{component="route:/a\\"b\\\\c"} 7\n');
    expect(text).toContain('_state{component="route:/a\\"b\\\\c",state="serving"} 1\n');
  });

  it('follows the text format: each family once, described, its samples together', () => {
    const lines = text.trimEnd().split('\n');
    const families: string[] = [];
    for (const each of lines) {
      const [, kind, family = ''] = /^# (HELP|TYPE) (\w+) /.exec(each) ?? [];
      if (kind === 'HELP') families.push(family);
      const name = /^(\w+)\{/.exec(each)?.[1] ?? family;
      expect(name.startsWith(families.at(-1) ?? '?')).toBe(true);
      expect(each).toMatch(/^# (HELP|TYPE) \w+ .+$|^\w+\{(\w+="([^"\\]|\\.)*",?)*\} [\d.e+-]+$/);
    }
    expect(families.length).toBe(new Set(families).size);
  });

  it('has rising buckets that end with all samples', () => {
    const { latency: times } = componentReport();
    const made = latencyReport(
      [
        [latencyBucket(0.000_1), 5],
        [latencyBucket(0.01), 10],
        [latencyBucket(100_000), 2],
      ],
      1,
    );
    const lines = renderPrometheus(report(componentReport({ latency: { ...times, fast: made } })))
      .split('\n')
      .filter((each) => each.startsWith('fast_litellm_component_latency_seconds') && each.includes('side="fast"'));
    const counts = lines.slice(0, -2).map((each) => Number(each.split(' ').at(-1)));
    expect(counts).toEqual([5, 5, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 17]);
    expect(lines[0]).toContain('le="0.000001024"');
    expect(lines.at(-3)).toContain('le="+Inf"');
    expect(lines.at(-1)).toMatch(/_count\{.*\} 17$/);
  });

  it('is empty where there is nothing', () => {
    expect(renderPrometheus(report())).toBe('');
  });
});
