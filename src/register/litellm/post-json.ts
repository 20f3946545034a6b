/** One JSON request with the `fetch` of the program, and so by the pool where that stands beneath it. */
export interface JsonRequest {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface JsonAnswer {
  readonly json: unknown;
  /** Header `x-request-id`; null: there is none. */
  readonly requestId: string | null;
}

/** @returns null for everything but a success with a whole JSON body: then who sends it must decide what to make of it */
export async function postJson(url: string, { body, headers, signal }: JsonRequest): Promise<JsonAnswer | null> {
  const request = {
    method: 'POST',
    // Laid out as the client beneath the original does it: the same bytes leave.
    body: JSON.stringify(body, null, 2),
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    signal,
  };
  try {
    const response = await fetch(url, request);
    const type = response.headers.get('content-type')?.split(';')[0]?.trim() ?? '';
    if (response.status !== 200 || !(type.includes('application/json') || type.endsWith('+json'))) {
      await response.body?.cancel();
      return null;
    }
    return { json: await response.json(), requestId: response.headers.get('x-request-id') };
  } catch {
    return null;
  }
}
