import type { HandOverReason } from './contract.ts';

/** Requests since the start, by why they went to LiteLLM; plain JSON. */
export interface RelayReport {
  readonly handedOver: Readonly<Record<HandOverReason, number>>;
  readonly websockets: number;
  /** Answers of LiteLLM that were to be compared and were not. */
  readonly notCompared: {
    /** A provider would have been paid a second time. */
    readonly paid: number;
    /** Too large to be kept, compressed, or no answer. */
    readonly unreadable: number;
  };
}

/** What a thread hands to LiteLLM. */
export class RelayCounts {
  readonly #handedOver = { route: 0, credential: 0, feature: 0, model: 0, rollout: 0, fault: 0 };
  readonly #notCompared = { paid: 0, unreadable: 0 };
  #websockets = 0;

  handedOver(reason: HandOverReason): void {
    this.#handedOver[reason]++;
  }

  websocket(): void {
    this.#websockets++;
  }

  notCompared(why: keyof RelayReport['notCompared']): void {
    this.#notCompared[why]++;
  }

  report(): RelayReport {
    return {
      handedOver: { ...this.#handedOver },
      websockets: this.#websockets,
      notCompared: { ...this.#notCompared },
    };
  }
}

/** Of all threads; at least one. */
export function sumRelayReports(reports: readonly RelayReport[]): RelayReport {
  return {
    handedOver: sums(reports.map(({ handedOver }) => handedOver)),
    websockets: reports.reduce((sum, { websockets }) => sum + websockets, 0),
    notCompared: sums(reports.map(({ notCompared }) => notCompared)),
  };
}

function sums<Names extends string>(all: readonly Readonly<Record<Names, number>>[]): Record<Names, number> {
  const total = {} as Record<Names, number>;
  for (const one of all) {
    for (const name of Object.keys(one) as Names[]) total[name] = (total[name] ?? 0) + one[name];
  }
  return total;
}
