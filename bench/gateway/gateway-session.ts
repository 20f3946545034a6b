/** A mock provider, and contestants in front of it: used by `bench:gateway` and by `npm run bench`. */
import { percentile } from '../statistics.ts';
import { wrongAnswer } from './check-answer.ts';
import { requestHeaders, type Contestant } from './contestants.ts';
import { firstEventMs } from './first-event.ts';
import { measure, type Figures, type Target } from './measure.ts';
import { startMockProvider } from './mock-provider.ts';
import { residentMegabytes } from './process-figures.ts';
import { start, type Running } from './running.ts';
import type { Workload } from './workloads.ts';

export interface GatewayPlan {
  readonly workloads: readonly Workload[];
  /** Measured, behind a second that is not. */
  readonly seconds: number;
  /** Streams of which the time to the first event is taken, one after the other. */
  readonly firstEvents: number;
}

/** One contestant in one round, in a process of its own. */
export interface GatewayRound {
  readonly startMs: number;
  readonly startCpuMs: number;
  readonly idleMb: number;
  /** By workload. */
  readonly figures: ReadonlyMap<string, Figures>;
  /** Median milliseconds to the first event of a stream, one request after the other. */
  readonly firstEventMs: number | null;
}

export class GatewaySession {
  readonly #mock: Running;

  private constructor(mock: Running) {
    this.#mock = mock;
  }

  static async open(): Promise<GatewaySession> {
    return new GatewaySession(await startMockProvider());
  }

  /** Straight to the mock provider, for what each contestant adds. */
  async runDirect(plan: GatewayPlan): Promise<GatewayRound> {
    const { pid, port, startMs } = this.#mock;
    const target = { pid, port, headers: { 'content-type': 'application/json' } };
    return { startMs, startCpuMs: 0, idleMb: residentMegabytes(pid), ...(await runWorkloads(target, plan)) };
  }

  /** @throws Error when the contestant does not start */
  async run(contestant: Contestant, plan: GatewayPlan): Promise<GatewayRound> {
    const launch = (port: number, folder: string) => contestant.launch(port, this.#mock.port, folder);
    const running = await start(launch, contestant.readyPath);
    try {
      const { pid, port, startMs, startCpuMs } = running;
      const idleMb = residentMegabytes(pid);
      const target = { pid, port, headers: requestHeaders(contestant, this.#mock.port) };
      return { startMs, startCpuMs, idleMb, ...(await runWorkloads(target, plan)) };
    } finally {
      await running.stop();
    }
  }

  async close(): Promise<void> {
    await this.#mock.stop();
  }
}

async function runWorkloads(
  target: Target,
  { workloads, seconds, firstEvents }: GatewayPlan,
): Promise<Pick<GatewayRound, 'figures' | 'firstEventMs'>> {
  const figures = new Map<string, Figures>();
  let firstEvent: number | null = null;
  for (const workload of workloads) {
    const wrong = await wrongAnswer(target, workload);
    figures.set(workload.name, { ...(await measure(target, workload, seconds)), wrong });
    if (workload.streamed) {
      firstEvent = percentile(await firstEventMs(target, workload.body, firstEvents), 0.5);
    }
  }
  return { figures, firstEventMs: firstEvent };
}
