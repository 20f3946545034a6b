/** A latency as a person reads it, three digits: `850ns`, `12.3us`, `4.56ms`, `1.20s`. */
export function formatLatency(ms: number): string {
  if (ms < 0.001) return `${Math.round(ms * 1e6)}ns`;
  if (ms < 1) return `${(ms * 1e3).toPrecision(3)}us`;
  return ms < 1000 ? `${ms.toPrecision(3)}ms` : `${(ms / 1000).toPrecision(3)}s`;
}

/** How many times as fast: `3.2x`; `-` where a side is unknown. */
export function formatSpeedUp(speedUp: number | null): string {
  return speedUp === null ? '-' : `${speedUp < 10 ? speedUp.toFixed(2) : speedUp.toFixed(0)}x`;
}
