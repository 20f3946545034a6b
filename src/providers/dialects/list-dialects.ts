/**
 * Providers whose parameters are a list and perhaps another name for the token limit. `facts` adds parameters for models
 * that the price map says can do something.
 */
import { gptParams } from './openai-dialect.ts';
import { renameParam, type ParamDialect } from './param-dialect.ts';

interface ListOptions {
  /** Names separated by blanks; absent: OpenAI's chat parameters. */
  readonly names?: string;
  /** Of OpenAI's chat parameters these are missing. */
  readonly lacks?: readonly string[];
  /** Capability of the price map -> parameters that such models take, at the end of the list. */
  readonly facts?: readonly (readonly [string, readonly string[]])[];
  /** Capability of the price map without which these parameters are missing. */
  readonly needs?: readonly (readonly [string, readonly string[]])[];
  /** Always there, after OpenAI's. */
  readonly adds?: readonly string[];
  /** The provider calls `max_completion_tokens` by its older name. */
  readonly oldLimitName?: boolean;
}

const TOOL_PARAMS = ['tools', 'tool_choice', 'function_call', 'functions', 'parallel_tool_calls'] as const;
const REASONING = ['supports_reasoning', ['reasoning_effort']] as const;

function listDialect(options: ListOptions): ParamDialect {
  const fixed = options.names?.split(' ');
  return {
    supported(at) {
      const lacks = new Set(options.lacks);
      for (const [capability, names] of options.needs ?? []) {
        if (!at.facts.supports(at.model, at.provider, capability)) for (const name of names) lacks.add(name);
      }
      const names = [...(fixed ?? gptParams(at.model)), ...(options.adds ?? [])].filter((name) => !lacks.has(name));
      for (const [capability, more] of options.facts ?? []) {
        if (at.facts.supports(at.model, at.provider, capability))
          names.push(...more.filter((name) => !names.includes(name)));
      }
      return names;
    },
    touched: options.oldLimitName === true ? ['max_completion_tokens'] : [],
    ...(options.oldLimitName === true
      ? { map: (draft) => renameParam(draft, 'max_completion_tokens', 'max_tokens') }
      : {}),
  };
}

const OLD_LIMIT = listDialect({ oldLimitName: true });
const REGISTRY: ListOptions = { needs: [['supports_function_calling', TOOL_PARAMS]], facts: [REASONING] };
const REGISTRY_PLAIN = listDialect(REGISTRY);
const REGISTRY_OLD_LIMIT = listDialect({ ...REGISTRY, oldLimitName: true });
const INCEPTION = listDialect({
  names:
    'max_tokens max_completion_tokens temperature stop tools tool_choice stream stream_options response_format ' +
    'reasoning_effort reasoning_summary reasoning_summary_wait diffusing realtime',
  oldLimitName: true,
});
const TEXT_COMPLETION = listDialect({
  names:
    'functions function_call temperature top_p n stream stream_options stop max_tokens presence_penalty ' +
    'frequency_penalty logit_bias user response_format seed tools tool_choice max_retries logprobs top_logprobs ' +
    'extra_headers',
});
const AI21 = listDialect({
  names: 'tools response_format max_tokens max_completion_tokens temperature stop n stream seed tool_choice',
  oldLimitName: true,
});

const OLD_LIMIT_PROVIDERS = `
custom_openai lambda_ai friendliai empower github docker_model_runner galadriel nebius datarobot xinference aiml lemonade
veniceai abliteration llamagate gmi sarvam aihubmix crusoe empiriolabs`;
const REGISTRY_PROVIDERS = 'assemblyai helicone scaleway parasail cognition meta';
const REGISTRY_OLD_LIMIT_PROVIDERS = `
publicai charity_engine synthetic apertis nano-gpt poe chutes neosantara xiaomi_mimo tensormesh libertai pinstripes scx-ai
darkbloom`;

const words = (text: string): string[] => text.trim().split(/\s+/);

export const LIST_DIALECTS: readonly (readonly [string, ParamDialect])[] = [
  ...words(OLD_LIMIT_PROVIDERS).map((name) => [name, OLD_LIMIT] as const),
  ...words(REGISTRY_PROVIDERS).map((name) => [name, REGISTRY_PLAIN] as const),
  ...words(REGISTRY_OLD_LIMIT_PROVIDERS).map((name) => [name, REGISTRY_OLD_LIMIT] as const),
  ['inception', INCEPTION],
  ['ai21', AI21],
  ['ai21_chat', AI21],
  [
    'zai',
    listDialect({
      names: 'max_tokens stream stream_options temperature top_p stop tools tool_choice',
      facts: [['supports_reasoning', ['thinking']]],
    }),
  ],
  ['text-completion-openai', TEXT_COMPLETION],
  ['azure_text', TEXT_COMPLETION],
  [
    'baseten',
    listDialect({
      names:
        'max_tokens max_completion_tokens response_format seed stop stream temperature top_p tool_choice tools user ' +
        'presence_penalty frequency_penalty stream_options',
      oldLimitName: true,
    }),
  ],
  [
    'perplexity',
    listDialect({
      names:
        'frequency_penalty max_tokens max_completion_tokens presence_penalty response_format stream temperature top_p ' +
        'max_retries extra_headers',
      facts: [REASONING, ['supports_web_search', ['web_search_options']]],
    }),
  ],
  [
    'nvidia_nim',
    listDialect({
      names:
        'stream temperature top_p frequency_penalty presence_penalty max_tokens max_completion_tokens stop seed tools ' +
        'tool_choice parallel_tool_calls response_format',
      oldLimitName: true,
    }),
  ],
  [
    'cerebras',
    listDialect({
      names:
        'max_tokens max_completion_tokens response_format seed stop stream temperature top_p tool_choice tools user ' +
        'max_retries extra_headers',
      facts: [REASONING],
      oldLimitName: true,
    }),
  ],
  [
    'sambanova',
    listDialect({
      names: 'max_completion_tokens max_tokens response_format stop stream stream_options temperature top_p top_k',
      facts: [['supports_function_calling', ['tools', 'tool_choice', 'parallel_tool_calls']]],
      oldLimitName: true,
    }),
  ],
  ['v0', listDialect({ names: 'messages model stream tools tool_choice' })],
  ['morph', listDialect({ names: 'messages model stream' })],
  [
    'nscale',
    listDialect({
      names:
        'max_tokens n temperature top_p stream logprobs top_logprobs frequency_penalty presence_penalty response_format ' +
        'stop logit_bias',
    }),
  ],
  [
    'hyperbolic',
    listDialect({
      names:
        'messages model stream temperature top_p max_tokens frequency_penalty presence_penalty stop n tools tool_choice ' +
        'response_format seed user',
    }),
  ],
  [
    'amazon_nova',
    listDialect({
      names:
        'top_p temperature max_tokens max_completion_tokens metadata stop stream stream_options tools tool_choice ' +
        'reasoning_effort',
      oldLimitName: true,
    }),
  ],
  ['anyscale', listDialect({ names: 'temperature top_p stream max_tokens stop frequency_penalty presence_penalty' })],
  ['minimax', listDialect({ adds: ['reasoning_split'], facts: [['supports_reasoning', ['thinking']]] })],
  ['tencent', listDialect({ facts: [['supports_reasoning', ['thinking', 'reasoning_effort']]] })],
  ['vercel_ai_gateway', listDialect({ adds: ['extra_body'] })],
  ['wandb', listDialect({ facts: [REASONING], oldLimitName: true })],
];
