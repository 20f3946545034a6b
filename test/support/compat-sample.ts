/** The recordings in `test/sample/compat`: requests, LiteLLM's answers, and what the provider answers upstream. */
import { z } from 'zod';

const upstreamRequestSchema = z.object({
  method: z.string(),
  path: z.string(),
  query: z.record(z.string(), z.string()).default({}),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.json().optional(),
});

const stepSchema = z.strictObject({
  request: z.strictObject({
    method: z.string(),
    path: z.string(),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.json().optional(),
    raw_body: z.string().optional(),
  }),
  expect: z.strictObject({
    status: z.number(),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.json().optional(),
    text: z.string().optional(),
    sse: z.array(z.string()).optional(),
    upstream: z.array(upstreamRequestSchema).optional(),
  }),
});

const replySchema = z.object({
  status: z.number(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string(),
});

/** Strict: a case with a rule that this kit does not know is not one of its cases. */
export const sampleCaseSchema = z.strictObject({
  name: z.string(),
  area: z.string(),
  config: z.string(),
  level: z.literal('must'),
  notes: z.string().optional(),
  steps: z.tuple([stepSchema]),
  /** One per upstream request, in order. */
  replies: z.array(replySchema),
});

export const sampleSchema = z.object({
  /** `{{upstream}}` stands for the provider's address. */
  environment: z.record(z.string(), z.string()),
  cases: z.array(sampleCaseSchema),
});

export type SampleCase = z.infer<typeof sampleCaseSchema>;
export type SampledReply = z.infer<typeof replySchema>;
