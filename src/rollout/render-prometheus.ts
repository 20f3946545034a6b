/**
 * A report in Prometheus' text format, version 0.0.4. Latency buckets end at powers of four nanoseconds (1.024 us, 4.096
 * us … 69 s), where the finer ones of the report end too.
 */
import { latencyBucket } from './latency-buckets.ts';
import type { ComponentReport, LatencyReport, RolloutReport } from './report.ts';

const PREFIX = 'fast_litellm_component';
const FIRST_POWER = 5;
const LAST_POWER = 18;

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: (component: ComponentReport) => readonly Sample[];
}

const METRICS: readonly Metric[] = [
  {
    name: 'calls_total',
    type: 'counter',
    help: 'Calls by the side that they were sent to.',
    samples: ({ counts }) => [
      [{ side: 'fast' }, counts.fastCalls],
      [{ side: 'original' }, counts.originalCalls],
    ],
  },
  {
    name: 'faults_total',
    type: 'counter',
    help: 'Calls that the fast path failed.',
    samples: ({ counts }) => [
      [{ kind: 'throw' }, counts.throws],
      [{ kind: 'hang' }, counts.hangs],
    ],
  },
  {
    name: 'fallbacks_total',
    type: 'counter',
    help: 'Calls that the original answered after the fast path failed.',
    samples: ({ counts }) => [[{}, counts.fallbacks]],
  },
  {
    name: 'comparisons_total',
    type: 'counter',
    help: 'Calls that both sides ran, by result.',
    samples: ({ counts }) => [
      [{ result: 'agreed' }, counts.comparisons - counts.mismatches],
      [{ result: 'differed' }, counts.mismatches],
      [{ result: 'skipped' }, counts.skippedComparisons],
    ],
  },
  {
    name: 'rollbacks_total',
    type: 'counter',
    help: 'Automatic returns to the original.',
    samples: ({ counts }) => [[{}, counts.rollbacks]],
  },
  {
    name: 'fast_ratio',
    type: 'gauge',
    help: 'Share of the calls that go to the fast path now, 0 to 1.',
    samples: ({ percent }) => [[{}, percent / 100]],
  },
  {
    name: 'applied',
    type: 'gauge',
    help: '1 when the fast path serves and a call went through it well.',
    samples: ({ applied }) => [[{}, applied ? 1 : 0]],
  },
  {
    name: 'state',
    type: 'gauge',
    help: '1 for the state that holds.',
    samples: ({ state }) =>
      ['off', 'shadow', 'serving', 'rolled_back', 'trial'].map((each) => [{ state: each }, each === state ? 1 : 0]),
  },
  {
    name: 'memory_bytes',
    type: 'gauge',
    help: 'Memory that the fast path keeps for itself.',
    samples: ({ memoryBytes }) => (memoryBytes === null ? [] : [[{}, memoryBytes]]),
  },
];

/** Families in a fixed order; a family without a sample is left out. Ends with a line feed. */
export function renderPrometheus({ components }: RolloutReport): string {
  let text = '';
  for (const { name, type, help, samples } of METRICS) {
    const lines = components.flatMap((component) =>
      samples(component).map(([labels, value]) => line(name, { component: component.name, ...labels }, value)),
    );
    if (lines.length > 0) text += head(name, type, help) + lines.join('');
  }
  const latencies = components.flatMap(({ name, latency }) => [
    ...histogram({ component: name, side: 'fast' }, latency.fast),
    ...histogram({ component: name, side: 'original' }, latency.original),
  ]);
  if (latencies.length === 0) return text;
  return text + head('latency_seconds', 'histogram', 'Time of sampled calls by side.') + latencies.join('');
}

function histogram(labels: Labels, latency: LatencyReport | null): readonly string[] {
  if (latency === null) return [];
  const lines: string[] = [];
  let seen = 0;
  let next = 0;
  for (let power = FIRST_POWER; power <= LAST_POWER; power++) {
    const end = latencyBucket(4 ** power / 1e6);
    for (let entry = latency.buckets[next]; entry !== undefined && entry[0] < end; entry = latency.buckets[++next])
      seen += entry[1];
    lines.push(line('latency_seconds_bucket', { ...labels, le: String(4 ** power / 1e9) }, seen));
  }
  lines.push(line('latency_seconds_bucket', { ...labels, le: '+Inf' }, latency.samples));
  lines.push(line('latency_seconds_sum', labels, latency.sumMs / 1000));
  lines.push(line('latency_seconds_count', labels, latency.samples));
  return lines;
}

function head(name: string, type: string, help: string): string {
  return `# HELP ${PREFIX}_${name} ${help}\n# TYPE ${PREFIX}_${name} ${type}\n`;
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${PREFIX}_${name}{${pairs.join(',')}} ${value}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
