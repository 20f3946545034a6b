/** Whether what a contestant answers is what the provider said. */
import { ANSWER_TEXT, STREAM_TEXT } from './mock-answers.ts';
import type { Target } from './measure.ts';
import type { Workload } from './workloads.ts';

interface Choices {
  readonly choices?: readonly {
    readonly message?: { readonly content?: unknown };
    readonly delta?: { readonly content?: unknown };
  }[];
}

/** What is wrong with the answer to one request, or null. */
export async function wrongAnswer({ port, headers }: Target, { body, streamed }: Workload): Promise<string | null> {
  const url = `http://127.0.0.1:${port}/v1/chat/completions`;
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (response.status !== 200) return `status ${response.status}`;
  const said = streamed ? textOfStream(text) : contentOf(text, 'message');
  return said === (streamed ? STREAM_TEXT : ANSWER_TEXT) ? null : 'another answer than the provider gave';
}

/** Content of all events, in turn. */
export function textOfStream(text: string): string {
  const events = text.split('\n').filter((line) => line.startsWith('data: {'));
  return events.map((line) => contentOf(line.slice('data: '.length), 'delta')).join('');
}

function contentOf(json: string, part: 'message' | 'delta'): string {
  const content = (JSON.parse(json) as Choices).choices?.[0]?.[part]?.content;
  return typeof content === 'string' ? content : '';
}
