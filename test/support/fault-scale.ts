/**
 * How long the faults last. The catalogue's waiting times (a time limit of 30 s, an outage of 60 s) are multiplied by
 * `FAULTS_SCALE`; back-offs, `retry-after` and everything that the gateway decides on its own are not.
 */
const SCALE = Number(process.env['FAULTS_SCALE'] ?? 0.2);
if (!(SCALE > 0 && SCALE <= 1)) throw new Error(`FAULTS_SCALE must be above 0 and at most 1: ${SCALE}`);

export const isShortForm = SCALE < 1;

export function scaledSeconds(seconds: number): number {
  return Number((seconds * SCALE).toFixed(3));
}

export function scaledMs(seconds: number): number {
  return scaledSeconds(seconds) * 1000;
}

/** Default of the common set-up: `router_settings.timeout`. */
export const TIMEOUT_SECONDS = scaledSeconds(30);
export const TIMEOUT_MS = TIMEOUT_SECONDS * 1000;
/** `litellm_params.stream_timeout` where it is set. */
export const STREAM_TIMEOUT_SECONDS = scaledSeconds(10);
