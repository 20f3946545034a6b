/**
 * The four bounds of an upstream call, from LiteLLM's timeout keys. Pure.
 *
 * A reply that comes whole has one bound from the request to its last byte. A stream has none in total, since a long
 * answer is not a slow one; its bound runs from the request to the first content, then anew from each content event to
 * the next, so that a provider that falls silent, sends only comments, or never begins is noticed after the same time.
 *
 * Where nothing is configured LiteLLM waits 6000 s; a stream that says nothing for 600 s (the read timeout of the OpenAI
 * packages) is taken for dead all the same.
 */
import type { JsonObject, JsonValue } from '../protocol/json.ts';

/** Milliseconds; `Infinity`: no bound. */
export interface Deadlines {
  /** From the request until it is being written: waiting for a free connection, or making one. */
  readonly connectMs: number;
  /** From the request to the first content of a stream; to the head of a reply that comes whole. */
  readonly firstByteMs: number;
  /** From content to the next content. Infinite for a reply that comes whole. */
  readonly gapMs: number;
  /** From the request to the last byte. Infinite for a stream. */
  readonly totalMs: number;
}

export interface TimeoutSources {
  readonly stream: boolean;
  /** `timeout` or `request_timeout` of the request's body, seconds. */
  readonly requestSeconds: number | null;
  /** Header `x-litellm-timeout`, seconds; it overwrites the body's. */
  readonly headerSeconds: number | null;
  /** Header `x-litellm-stream-timeout`, seconds. */
  readonly streamHeaderSeconds: number | null;
  /** `litellm_params` of the deployment. */
  readonly params: JsonObject;
  readonly routerSeconds: number | null;
  readonly routerStreamSeconds: number | null;
  /** `litellm_settings.request_timeout`; null or 6000 where it is not set. */
  readonly globalSeconds: number | null;
}

export interface EffectiveTimeouts {
  readonly deadlines: Deadlines;
  readonly seconds: number;
  /** The seconds as Python prints them, for `x-litellm-timeout`: floats with a point, configured integers without. */
  readonly text: string;
}

const DEFAULT_SECONDS = 6000;
const DEFAULT_STREAM_SILENCE_MS = 600_000;
/** A full pool or a dead host is worth another provider, not the whole timeout. */
const CONNECT_MS = 30_000;

/** LiteLLM's precedence (`Router._get_timeout` of 1.102.4); zero and less count as not set, as in Python's `or`. */
export function timeoutsOf(sources: TimeoutSources): EffectiveTimeouts {
  const configured = (sources.stream ? streamSeconds(sources) : null) ?? plainSeconds(sources);
  const { seconds, float } = configured ?? { seconds: DEFAULT_SECONDS, float: true };
  const ms = seconds * 1000;
  const silenceMs = configured === null ? DEFAULT_STREAM_SILENCE_MS : ms;
  const connectMs = Math.min(ms, CONNECT_MS);
  const deadlines: Deadlines = sources.stream
    ? { connectMs, firstByteMs: silenceMs, gapMs: silenceMs, totalMs: Number.POSITIVE_INFINITY }
    : { connectMs, firstByteMs: ms, gapMs: Number.POSITIVE_INFINITY, totalMs: ms };
  return { deadlines, seconds, text: float ? pythonFloat(seconds) : String(seconds) };
}

interface Found {
  readonly seconds: number;
  /** The value is a float in Python, whatever its digits. */
  readonly float: boolean;
}

function streamSeconds(sources: TimeoutSources): Found | null {
  return (
    float(sources.streamHeaderSeconds) ??
    asGiven(paramSeconds(sources.params['stream_timeout'])) ??
    asGiven(sources.routerStreamSeconds) ??
    globalBeforeRouter(sources)
  );
}

function plainSeconds(sources: TimeoutSources): Found | null {
  return (
    float(sources.headerSeconds) ??
    asGiven(sources.requestSeconds) ??
    asGiven(paramSeconds(sources.params['timeout'])) ??
    asGiven(paramSeconds(sources.params['request_timeout'])) ??
    globalBeforeRouter(sources) ??
    asGiven(sources.routerSeconds) ??
    asGiven(explicitGlobal(sources))
  );
}

/** LiteLLM-compat: with both set, `litellm_settings.request_timeout` bounds the attempt and wins, as a float. */
function globalBeforeRouter(sources: TimeoutSources): Found | null {
  return positive(sources.routerSeconds) === null ? null : float(explicitGlobal(sources));
}

/** LiteLLM-compat: its own default counts as not set. */
function explicitGlobal(sources: TimeoutSources): number | null {
  return sources.globalSeconds === DEFAULT_SECONDS ? null : sources.globalSeconds;
}

function positive(seconds: number | null): number | null {
  return seconds !== null && seconds > 0 && Number.isFinite(seconds) ? seconds : null;
}

function float(given: number | null): Found | null {
  const seconds = positive(given);
  return seconds === null ? null : { seconds, float: true };
}

function asGiven(given: number | null): Found | null {
  const seconds = positive(given);
  return seconds === null ? null : { seconds, float: false };
}

/** Text is allowed, as LiteLLM allows it; what is no positive number counts as not set. */
function paramSeconds(value: JsonValue | undefined): number | null {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

function pythonFloat(seconds: number): string {
  return Number.isInteger(seconds) ? `${seconds}.0` : String(seconds);
}
