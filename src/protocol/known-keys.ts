/**
 * Names of top-level members that occur in nearly every request and reply, found by length, first and last byte, so that
 * a scan does not make a new string for each (a `latin1Slice` costs 67 ns, a hit here about 10; see
 * shallow-json-scanner.bench.ts). A key that is not listed is decoded as usual: the list only saves time.
 */
const KNOWN_KEYS = `
  model messages stream stream_options max_tokens max_completion_tokens temperature top_p n stop tools
  tool_choice parallel_tool_calls functions function_call response_format seed user metadata frequency_penalty
  presence_penalty logit_bias logprobs top_logprobs reasoning_effort store tags prompt input instructions
  max_output_tokens previous_response_id encoding_format dimensions timeout id object created choices usage
  system_fingerprint service_tier error data type delta response sequence_number item_id output_index
  content_index item output status created_at system content role top_k provider obfuscation fallbacks
  mock_response extra_body api_key
`
  .trim()
  .split(/\s+/);

const BUCKETS = 512;
const bucketOf = (length: number, first: number, last: number): number =>
  (length * 37 + first * 5 + last) & (BUCKETS - 1);

const table: readonly (readonly string[] | undefined)[] = buildTable();

function buildTable(): (string[] | undefined)[] {
  const built = new Array<string[] | undefined>(BUCKETS).fill(undefined);
  for (const key of KNOWN_KEYS) {
    const bucket = bucketOf(key.length, key.charCodeAt(0), key.charCodeAt(key.length - 1));
    (built[bucket] ??= []).push(key);
  }
  return built;
}

/** The key's text; `bytes[start, end)` lies between the quotes. */
export function decodeKey(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length === 0) return '';
  const bucket = table[bucketOf(length, bytes[start] ?? 0, bytes[end - 1] ?? 0)];
  if (bucket !== undefined) {
    for (const key of bucket) if (key.length === length && sameBytes(bytes, start, key)) return key;
  }
  return bytes.toString('utf8', start, end);
}

function sameBytes(bytes: Buffer, start: number, key: string): boolean {
  for (let i = 0; i < key.length; i++) if (bytes[start + i] !== key.charCodeAt(i)) return false;
  return true;
}
