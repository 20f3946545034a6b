/** What the callers of the completion benchmark are told. */
export interface CompletionInput {
  /** Of the mock provider, with `/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly messages: readonly { readonly role: 'user'; readonly content: string }[];
  /** The canned answer of a call without a provider. */
  readonly mockText: string;
  /** What the provider answers, whole and in a stream. */
  readonly wholeText: string;
  readonly streamText: string;
  /** Completions in one call of the benchmark, which returns how many were right. */
  readonly completions: number;
}

export const COMPLETION_ROWS = ['completion/mock', 'completion/provider', 'completion/stream'] as const;
export type CompletionRow = (typeof COMPLETION_ROWS)[number];

/** At a time, by row; a canned answer waits for nothing. */
export const AT_A_TIME: Readonly<Record<CompletionRow, number>> = {
  'completion/mock': 1,
  'completion/provider': 8,
  'completion/stream': 8,
};
