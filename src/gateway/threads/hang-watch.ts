/**
 * Notices event loops that stand still. Called at regular times with the number of beats of each lane; says so once a
 * lane has not turned for `HANG_MS`, again each time that doubled, and when it turns again.
 *
 * Gives up: nothing is done about it; a loop that is blocked may be about to go on, and its requests with it.
 */
const HANG_MS = 30_000;

export interface HangReports {
  stands(lane: number, forMs: number): void;
  turnsAgain(lane: number, afterMs: number): void;
}

interface Watched {
  beats: number;
  /** When it was last seen to turn. */
  turnedAt: number;
  /** Next report, as time since it turned. */
  reportAfterMs: number;
}

export class HangWatch {
  readonly #reports: HangReports;
  readonly #periodMs: number;
  readonly #lanes = new Map<number, Watched>();
  #lookedAt: number | null = null;

  /** @param periodMs between two looks */
  constructor(reports: HangReports, periodMs: number) {
    this.#reports = reports;
    this.#periodMs = periodMs;
  }

  /** @param beats of the lanes to watch; a lane that is left out is forgotten */
  look(beats: ReadonlyMap<number, number>, nowMs: number): void {
    const late = this.#lookedAt === null ? 0 : nowMs - this.#lookedAt - this.#periodMs;
    this.#lookedAt = nowMs;
    // A process that was suspended as a whole: no lane could turn meanwhile.
    const pausedMs = late > this.#periodMs ? late : 0;
    for (const lane of this.#lanes.keys()) if (!beats.has(lane)) this.#lanes.delete(lane);
    for (const [lane, count] of beats) this.#lookAt(lane, count, pausedMs, nowMs);
  }

  #lookAt(lane: number, count: number, pausedMs: number, nowMs: number): void {
    const watched = this.#lanes.get(lane);
    if (watched === undefined || watched.beats !== count) {
      if (watched !== undefined && watched.reportAfterMs > HANG_MS) {
        this.#reports.turnsAgain(lane, nowMs - watched.turnedAt);
      }
      this.#lanes.set(lane, { beats: count, turnedAt: nowMs, reportAfterMs: HANG_MS });
      return;
    }
    watched.turnedAt += pausedMs;
    const standsMs = nowMs - watched.turnedAt;
    if (standsMs < watched.reportAfterMs) return;
    watched.reportAfterMs *= 2;
    this.#reports.stands(lane, standsMs);
  }
}
