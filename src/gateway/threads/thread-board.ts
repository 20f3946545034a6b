/**
 * What threads show each other without a message: how many requests each has in flight, and that its event loop still
 * turns. Each lane has a line of memory of its own (64 bytes), so that threads do not slow each other down.
 */
const LANE_CELLS = 16;
const OPEN = 0;
const BEATS = 1;

export class ThreadBoard {
  readonly #cells: Int32Array;

  static allocate(lanes: number): SharedArrayBuffer {
    return new SharedArrayBuffer(lanes * LANE_CELLS * Int32Array.BYTES_PER_ELEMENT);
  }

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory);
  }

  /** Requests in flight in a lane. */
  report(lane: number, open: number): void {
    Atomics.store(this.#cells, lane * LANE_CELLS + OPEN, open);
  }

  /** Requests in flight over all lanes. */
  total(): number {
    let sum = 0;
    for (let cell = OPEN; cell < this.#cells.length; cell += LANE_CELLS) sum += Atomics.load(this.#cells, cell);
    return sum;
  }

  /** The lane's event loop turned. */
  beat(lane: number): void {
    Atomics.add(this.#cells, lane * LANE_CELLS + BEATS, 1);
  }

  /** Another number than before: it turned meanwhile. */
  beats(lane: number): number {
    return Atomics.load(this.#cells, lane * LANE_CELLS + BEATS);
  }
}
