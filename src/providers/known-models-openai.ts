/**
 * Names of OpenAI models that may be written without the `openai/` prefix. Facts: which bare names LiteLLM 1.102.4 takes
 * for OpenAI. Separated by white space; `known-models.ts` makes sets of them.
 */
/** Models of the chat catalogue: these also take the `user` parameter. */
export const OPENAI_CATALOGUE_NAMES = `
1024-x-1024/dall-e-2 1024-x-1024/gpt-image-1.5 1024-x-1024/gpt-image-1.5-2025-12-16 1024-x-1536/gpt-image-1.5
1024-x-1536/gpt-image-1.5-2025-12-16 1536-x-1024/gpt-image-1.5 1536-x-1024/gpt-image-1.5-2025-12-16
256-x-256/dall-e-2 512-x-512/dall-e-2 chat-latest chatgpt-4o-latest chatgpt-image-latest codex-mini-latest
computer-use-preview dall-e-2 dall-e-3 daybreak-blue-latest daybreak-red-latest gpt-3.5-turbo gpt-3.5-turbo-0125
gpt-3.5-turbo-1106 gpt-3.5-turbo-16k gpt-4 gpt-4-0125-preview gpt-4-0314 gpt-4-0613 gpt-4-1106-preview gpt-4-turbo
gpt-4-turbo-2024-04-09 gpt-4-turbo-preview gpt-4.1 gpt-4.1-2025-04-14 gpt-4.1-mini gpt-4.1-mini-2025-04-14
gpt-4.1-nano gpt-4.1-nano-2025-04-14 gpt-4o gpt-4o-2024-05-13 gpt-4o-2024-08-06 gpt-4o-2024-11-20
gpt-4o-audio-preview gpt-4o-audio-preview-2024-12-17 gpt-4o-audio-preview-2025-06-03 gpt-4o-mini
gpt-4o-mini-2024-07-18 gpt-4o-mini-audio-preview gpt-4o-mini-audio-preview-2024-12-17 gpt-4o-mini-realtime-preview
gpt-4o-mini-realtime-preview-2024-12-17 gpt-4o-mini-search-preview gpt-4o-mini-search-preview-2025-03-11
gpt-4o-mini-transcribe gpt-4o-mini-transcribe-2025-03-20 gpt-4o-mini-transcribe-2025-12-15 gpt-4o-mini-tts
gpt-4o-mini-tts-2025-03-20 gpt-4o-mini-tts-2025-12-15 gpt-4o-realtime-preview gpt-4o-realtime-preview-2024-12-17
gpt-4o-realtime-preview-2025-06-03 gpt-4o-search-preview gpt-4o-search-preview-2025-03-11 gpt-4o-transcribe
gpt-4o-transcribe-diarize gpt-5 gpt-5-2025-08-07 gpt-5-chat gpt-5-chat-latest gpt-5-codex gpt-5-mini
gpt-5-mini-2025-08-07 gpt-5-nano gpt-5-nano-2025-08-07 gpt-5-pro gpt-5-pro-2025-10-06 gpt-5-search-api
gpt-5-search-api-2025-10-14 gpt-5.1 gpt-5.1-2025-11-13 gpt-5.1-chat-latest gpt-5.1-codex gpt-5.1-codex-max
gpt-5.1-codex-mini gpt-5.2 gpt-5.2-2025-12-11 gpt-5.2-chat-latest gpt-5.2-codex gpt-5.2-pro gpt-5.2-pro-2025-12-11
gpt-5.3-chat-latest gpt-5.3-codex gpt-5.4 gpt-5.4-2026-03-05 gpt-5.4-mini gpt-5.4-mini-2026-03-17 gpt-5.4-nano
gpt-5.4-nano-2026-03-17 gpt-5.4-pro gpt-5.4-pro-2026-03-05 gpt-5.5 gpt-5.5-2026-04-23 gpt-5.5-pro
gpt-5.5-pro-2026-04-23 gpt-5.6 gpt-5.6-cyber gpt-5.6-luna gpt-5.6-sol gpt-5.6-terra gpt-6-astra gpt-audio
gpt-audio-1.5 gpt-audio-2025-08-28 gpt-audio-mini gpt-audio-mini-2025-10-06 gpt-audio-mini-2025-12-15
gpt-daybreak-blue-latest gpt-daybreak-red-latest gpt-image-1 gpt-image-1-mini gpt-image-1.5 gpt-image-1.5-2025-12-16
gpt-image-2 gpt-image-2-2026-04-21 gpt-image-2.5-flare gpt-image-2.5-flare-2026-09-08 gpt-image-2.5-sunburst
gpt-image-2.5-sunburst-2026-09-08 gpt-live-1 gpt-live-transcribe gpt-realtime gpt-realtime-1.5 gpt-realtime-2
gpt-realtime-2.1 gpt-realtime-2.1-mini gpt-realtime-2025-08-28 gpt-realtime-mini gpt-realtime-mini-2025-10-06
gpt-realtime-mini-2025-12-15 gpt-realtime-translate gpt-realtime-whisper gpt-transcribe hd/1024-x-1024/dall-e-3
hd/1024-x-1792/dall-e-3 hd/1792-x-1024/dall-e-3 high/1024-x-1024/gpt-image-1 high/1024-x-1024/gpt-image-1.5
high/1024-x-1024/gpt-image-1.5-2025-12-16 high/1024-x-1536/gpt-image-1 high/1024-x-1536/gpt-image-1.5
high/1024-x-1536/gpt-image-1.5-2025-12-16 high/1536-x-1024/gpt-image-1 high/1536-x-1024/gpt-image-1.5
high/1536-x-1024/gpt-image-1.5-2025-12-16 low/1024-x-1024/gpt-image-1 low/1024-x-1024/gpt-image-1-mini
low/1024-x-1024/gpt-image-1.5 low/1024-x-1024/gpt-image-1.5-2025-12-16 low/1024-x-1536/gpt-image-1
low/1024-x-1536/gpt-image-1-mini low/1024-x-1536/gpt-image-1.5 low/1024-x-1536/gpt-image-1.5-2025-12-16
low/1536-x-1024/gpt-image-1 low/1536-x-1024/gpt-image-1-mini low/1536-x-1024/gpt-image-1.5
low/1536-x-1024/gpt-image-1.5-2025-12-16 medium/1024-x-1024/gpt-image-1 medium/1024-x-1024/gpt-image-1-mini
medium/1024-x-1024/gpt-image-1.5 medium/1024-x-1024/gpt-image-1.5-2025-12-16 medium/1024-x-1536/gpt-image-1
medium/1024-x-1536/gpt-image-1-mini medium/1024-x-1536/gpt-image-1.5 medium/1024-x-1536/gpt-image-1.5-2025-12-16
medium/1536-x-1024/gpt-image-1 medium/1536-x-1024/gpt-image-1-mini medium/1536-x-1024/gpt-image-1.5
medium/1536-x-1024/gpt-image-1.5-2025-12-16 o1 o1-2024-12-17 o1-pro o1-pro-2025-03-19 o3 o3-2025-04-16
o3-deep-research o3-deep-research-2025-06-26 o3-mini o3-mini-2025-01-31 o3-pro o3-pro-2025-06-10 o4-mini
o4-mini-2025-04-16 o4-mini-deep-research o4-mini-deep-research-2025-06-26 omni-moderation-2024-09-26
omni-moderation-latest sora-2 sora-2-pro sora-2-pro-high-res standard/1024-x-1024/dall-e-3
standard/1024-x-1024/gpt-image-1.5 standard/1024-x-1024/gpt-image-1.5-2025-12-16 standard/1024-x-1536/gpt-image-1.5
standard/1024-x-1536/gpt-image-1.5-2025-12-16 standard/1024-x-1792/dall-e-3 standard/1536-x-1024/gpt-image-1.5
standard/1536-x-1024/gpt-image-1.5-2025-12-16 standard/1792-x-1024/dall-e-3 text-embedding-3-large
text-embedding-3-small text-embedding-ada-002 text-embedding-ada-002-v2 text-moderation-007 text-moderation-latest
text-moderation-stable tts-1 tts-1-1106 tts-1-hd tts-1-hd-1106 whisper-1`;

/** Images, video and embeddings. */
export const OPENAI_OTHER_NAMES = `
`;

/** Text completion models. */
export const OPENAI_TEXT_NAMES = `
babbage-002 davinci-002 ft:babbage-002 ft:davinci-002 gpt-3.5-turbo-instruct gpt-3.5-turbo-instruct-0914`;
