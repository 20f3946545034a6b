/** What the children of this benchmark are told beside their rows. */
import type { EncodingName } from './rows.ts';

export interface TokenInput {
  readonly encoding: EncodingName;
  /** A JSON file: by the name of the row, the texts of one call after the other. */
  readonly textsFile: string;
  /** Loaded and counted before anything else: the first use. */
  readonly firstText: string;
  readonly call: CallInput;
}

/** What the call-by-call rows are called with. */
export interface CallInput {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** A chat completion as providers answer it. */
  readonly response: object;
}

/** Rows that call a function of LiteLLM instead of counting a text. */
export const CALL_ROWS = ['calls/tokenCounter', 'calls/completionCost'] as const;
export type CallRow = (typeof CALL_ROWS)[number];
