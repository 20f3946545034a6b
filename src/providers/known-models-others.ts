/** Names of other providers' models that may be written without a prefix; facts, separated by white space. */
export const AI21_CHAT_NAMES = `
j2-light j2-mid j2-ultra jamba-1.5 jamba-1.5-large jamba-1.5-large@001 jamba-1.5-mini jamba-1.5-mini@001
jamba-large-1.6 jamba-large-1.7 jamba-mini-1.6 jamba-mini-1.7`;

export const ANTHROPIC_NAMES = `
claude-3-7-sonnet-20250219 claude-3-haiku-20240307 claude-3-opus-20240229 claude-4-opus-20250514
claude-4-sonnet-20250514 claude-fable-5 claude-fable-5-1 claude-haiku-4-5 claude-haiku-4-5-20251001 claude-mythos-5
claude-mythos-5-1 claude-mythos-preview claude-opus-4-1 claude-opus-4-1-20250805 claude-opus-4-20250514
claude-opus-4-5 claude-opus-4-5-20251101 claude-opus-4-6 claude-opus-4-6-20260205 claude-opus-4-7
claude-opus-4-7-20260416 claude-opus-4-8 claude-opus-5 claude-sonnet-4-20250514 claude-sonnet-4-5
claude-sonnet-4-5-20250929 claude-sonnet-4-6 claude-sonnet-5`;

export const BASETEN_NAMES = `
31dxrj3 q841o8w qvv0xeq`;

export const COHERE_NAMES = `
command command-nightly embed-english-light-v2.0 embed-english-light-v3.0 embed-english-v2.0 embed-english-v3.0
embed-multilingual-light-v3.0 embed-multilingual-v2.0 embed-multilingual-v3.0 embed-v4.0 rerank-english-v2.0
rerank-english-v3.0 rerank-multilingual-v2.0 rerank-multilingual-v3.0 rerank-v3.5 rerank-v4.0-fast rerank-v4.0-pro`;

export const COHERE_CHAT_NAMES = `
command-a-03-2025 command-light command-r command-r-08-2024 command-r-plus command-r-plus-08-2024
command-r7b-12-2024`;

export const NLP_CLOUD_NAMES = `
chatdolphin dolphin`;

export const PETALS_NAMES = `
petals-team/StableBeluga2`;

export const VERTEX_AI_NAMES = `
deep-research-pro-preview-12-2025 gemini-2.0-flash gemini-2.0-flash-001 gemini-2.0-flash-lite
gemini-2.0-flash-lite-001 gemini-2.5-computer-use-preview-10-2025 gemini-2.5-flash gemini-2.5-flash-image
gemini-2.5-flash-lite gemini-2.5-flash-lite-preview-06-17 gemini-2.5-flash-lite-preview-09-2025
gemini-2.5-flash-preview-09-2025 gemini-2.5-pro gemini-2.5-pro-preview-tts gemini-3-flash-preview gemini-3-pro-image
gemini-3-pro-image-preview gemini-3-pro-preview gemini-3.1-flash-image gemini-3.1-flash-image-preview
gemini-3.1-flash-lite gemini-3.1-flash-lite-image gemini-3.1-flash-lite-preview gemini-3.1-pro-preview
gemini-3.1-pro-preview-customtools gemini-3.5-flash gemini-3.5-flash-lite gemini-3.6-flash gemini-3.7-flash
gemini-3.8-flash gemini-embedding-001 gemini-embedding-2 gemini-embedding-2-preview gemini-flash-experimental
gemini-live-2.5-flash-native-audio gemini-live-2.5-flash-preview-native-audio-09-2025 gemini-omni-flash-preview
gemini-robotics-er-1.5-preview imagegeneration@006 imagen-3.0-capability-001 imagen-3.0-fast-generate-001
imagen-3.0-generate-001 imagen-3.0-generate-002 imagen-4.0-fast-generate-001 imagen-4.0-generate-001
imagen-4.0-ultra-generate-001 medlm-large medlm-medium multimodalembedding multimodalembedding@001
text-embedding-004 text-embedding-005 text-embedding-large-exp-03-07 text-embedding-preview-0409
text-multilingual-embedding-002 text-unicorn text-unicorn@001 veo-2.0-generate-001 veo-3.0-fast-generate-001
veo-3.0-generate-001 veo-3.1-fast-generate-001 veo-3.1-fast-generate-preview veo-3.1-generate-001
veo-3.1-generate-preview veo-3.1-lite-generate-001`;

/** Mistral's own names; with an `azure/` prefix they mean an OpenAI-compatible Azure AI endpoint. */
export const MISTRAL_NAMES = `
codestral-2405 codestral-2508 codestral-embed codestral-embed-2505 codestral-latest codestral-mamba-latest
devstral-2512 devstral-latest devstral-medium-2507 devstral-medium-latest devstral-small-2505 devstral-small-2507
devstral-small-latest glm-5-2 labs-devstral-small-2512 labs-leanstral-1-5 labs-leanstral-1-5-1
magistral-medium-1-2-2509 magistral-medium-2506 magistral-medium-2509 magistral-medium-latest
magistral-small-1-2-2509 magistral-small-2506 magistral-small-latest ministral-14b-2512 ministral-14b-latest
ministral-3-14b-2512 ministral-3-3b-2512 ministral-3-8b-2512 ministral-3b-2512 ministral-3b-latest ministral-8b-2512
ministral-8b-latest mistral-code-agent-latest mistral-code-fim-latest mistral-code-latest mistral-embed
mistral-embed-2312 mistral-large-2402 mistral-large-2407 mistral-large-2411 mistral-large-2512 mistral-large-3
mistral-large-latest mistral-medium mistral-medium-2312 mistral-medium-2505 mistral-medium-2508 mistral-medium-2604
mistral-medium-3 mistral-medium-3-1-2508 mistral-medium-3-5 mistral-medium-3.5 mistral-medium-latest
mistral-moderation-2603 mistral-ocr-2505-completion mistral-ocr-2512 mistral-ocr-3 mistral-ocr-3-0 mistral-ocr-4
mistral-ocr-4-0 mistral-ocr-4-1 mistral-ocr-latest mistral-small mistral-small-2603 mistral-small-3-2-2506
mistral-small-latest mistral-tiny mistral-vibe-cli-fast mistral-vibe-cli-latest mistral-vibe-cli-with-tools
open-codestral-mamba open-mistral-7b open-mistral-nemo open-mistral-nemo-2407 open-mixtral-8x22b open-mixtral-8x7b
pixtral-12b-2409 pixtral-large-2411 pixtral-large-latest voxtral-mini-2602 voxtral-mini-latest
voxtral-mini-realtime-2602 voxtral-mini-realtime-latest voxtral-mini-transcribe-realtime-2602
voxtral-mini-transcribe-realtime-latest voxtral-mini-tts-2603 voxtral-mini-tts-latest voxtral-small-2507
voxtral-small-latest zai-glm-5-2`;
