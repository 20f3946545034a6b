import type { HandOverReason } from './contract.ts';

/** Requests since the start, by why they went to LiteLLM; plain JSON. */
export interface RelayReport {
  readonly handedOver: Readonly<Record<HandOverReason, number>>;
  readonly websockets: number;
  /** Answers of LiteLLM that were not compared, because a provider would have been paid for it. */
  readonly tooDearToCompare: number;
}

const NOTHING: RelayReport['handedOver'] = { route: 0, credential: 0, feature: 0, model: 0, rollout: 0, fault: 0 };

/** What a thread hands to LiteLLM. */
export class RelayCounts {
  readonly #handedOver: Record<HandOverReason, number> = { ...NOTHING };
  websockets = 0;
  tooDearToCompare = 0;

  count(reason: HandOverReason): void {
    this.#handedOver[reason]++;
  }

  report(): RelayReport {
    const { websockets, tooDearToCompare } = this;
    return { handedOver: { ...this.#handedOver }, websockets, tooDearToCompare };
  }
}

/** Of all threads. */
export function sumRelayReports(reports: readonly RelayReport[]): RelayReport {
  const handedOver = { ...NOTHING };
  let [websockets, tooDearToCompare] = [0, 0];
  for (const report of reports) {
    for (const reason of Object.keys(handedOver) as HandOverReason[]) handedOver[reason] += report.handedOver[reason];
    websockets += report.websockets;
    tooDearToCompare += report.tooDearToCompare;
  }
  return { handedOver, websockets, tooDearToCompare };
}
