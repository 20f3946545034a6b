"""Writes stream-chunks.golden.jsonl: what LiteLLM's stream_chunk_builder makes of the chunks of a stream.

Run with a Python that has LiteLLM 1.102.4:  python test/stream-chunks/generate_stream_chunks_golden.py
"""

import json
import logging
import os
import pathlib

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm  # noqa: E402
from litellm import TextCompletionResponse  # noqa: E402
from litellm.types.utils import ModelResponseStream  # noqa: E402

logging.disable(logging.CRITICAL)
litellm.suppress_debug_info = True

MESSAGES = [{"role": "system", "content": "You are terse."}, {"role": "user", "content": "Hello there!"}]
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def chunk(delta=None, reason=None, **head):
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": reason}]
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "gpt-4o", "choices": choices, **head}


def call(index, arguments, call_id=None, name=None, **more):
    function = {"arguments": arguments, **({} if name is None else {"name": name})}
    return {"index": index, "function": function, **({} if call_id is None else {"id": call_id, "type": "function"}), **more}


def text(piece, reason=None):
    return {
        "id": "cmpl-1", "object": "text_completion", "created": 1700000000, "model": "gpt-3.5-turbo-instruct",
        "choices": [{"index": 0, "text": piece, "finish_reason": reason, "logprobs": None}],
    }


END = chunk({}, "stop")
CASES = {
    "text": [chunk({"role": "assistant", "content": "Hel"}), chunk({"content": "lo"}), END],
    "text in many scripts": [chunk({"content": "Grüße, "}), chunk({"content": "世界 "}), chunk({"content": "👍🏽"}), END],
    "nothing said": [chunk({"role": "assistant", "content": ""}), END],
    "usage at the end": [chunk({"content": "Hello"}), chunk({}, "length"), chunk(usage=USAGE)],
    "usage in every chunk": [
        chunk({"content": "Hello"}, usage={"prompt_tokens": 11, "completion_tokens": 1, "total_tokens": 12}),
        chunk({"content": "!"}, usage={"prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13}),
        chunk({}, "stop", usage=USAGE),
    ],
    "usage of zeros": [chunk({"content": "Hello"}), chunk({}, "stop", usage={"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0})],
    "usage of the prompt alone": [chunk({"content": "Hello"}), END, chunk(usage={"prompt_tokens": 11, "completion_tokens": 0, "total_tokens": 11})],
    "usage with details": [
        chunk({"content": "Hello"}), END,
        chunk(usage={**USAGE, "completion_tokens_details": {"reasoning_tokens": 4}, "prompt_tokens_details": {"cached_tokens": 8}}),
    ],
    "reasoning without its count": [
        chunk({"reasoning_content": "Let me think about this."}), chunk({"content": "Hello"}), END,
        chunk(usage={**USAGE, "completion_tokens_details": {"accepted_prediction_tokens": 1}}),
    ],
    "cache counts": [
        chunk({"content": "Hello"}, usage={"prompt_tokens": 11, "completion_tokens": 1, "total_tokens": 12, "cache_creation_input_tokens": 5, "cache_read_input_tokens": 6}),
        chunk({}, "stop", usage={**USAGE, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}),
    ],
    "a tool call": [
        chunk({"role": "assistant", "content": None, "tool_calls": [call(0, "", "call_a", "weather")]}),
        chunk({"tool_calls": [call(0, '{"city"')]}), chunk({"tool_calls": [call(0, ': "Paris"}')]}), chunk({}, "tool_calls"),
    ],
    "two tool calls, pieces mixed": [
        chunk({"tool_calls": [call(0, "", "call_a", "one")]}), chunk({"tool_calls": [call(1, "", "call_b", "two")]}),
        chunk({"tool_calls": [call(1, '{"b":')]}), chunk({"tool_calls": [call(0, '{"a":1}')]}), chunk({"tool_calls": [call(1, "2}")]}),
        chunk({}, "tool_calls"),
    ],
    "tool calls in one chunk": [chunk({"tool_calls": [call(0, "{}", "call_a", "one"), call(1, '{"x":"ü"}', "call_b", "two")]}), chunk({}, "tool_calls")],
    "a tool call without arguments": [chunk({"tool_calls": [call(0, "", "call_a", "now")]}), chunk({}, "tool_calls")],
    "a tool call without a name": [chunk({"tool_calls": [call(0, "{}", "call_a")]}), chunk({}, "tool_calls")],
    "text before a tool call": [chunk({"content": "Let me look."}), chunk({"tool_calls": [call(0, "{}", "call_a", "look")]}), chunk({}, "tool_calls")],
    "a tool call with a provider's fields": [
        chunk({"tool_calls": [call(0, "{}", "call_a", "look", provider_specific_fields={"thought_signature": "abc"})]}), chunk({}, "tool_calls"),
    ],
    "a function call": [
        chunk({"function_call": {"name": "weather", "arguments": '{"a"'}}), chunk({"function_call": {"arguments": ":1}"}}), chunk({}, "function_call"),
    ],
    "reasoning": [chunk({"role": "assistant", "reasoning_content": "First, "}), chunk({"reasoning_content": "think."}), chunk({"content": "Done."}), END],
    "thinking blocks": [
        chunk({"reasoning_content": "A", "thinking_blocks": [{"type": "thinking", "thinking": "A"}]}),
        chunk({"thinking_blocks": [{"type": "thinking", "thinking": "", "signature": "s1"}]}),
        chunk({"thinking_blocks": [{"type": "redacted_thinking", "data": "xyz"}]}),
        chunk({"reasoning_content": "B", "thinking_blocks": [{"type": "thinking", "thinking": "B"}]}),
        chunk({"thinking_blocks": [{"type": "thinking", "thinking": "", "signature": "s2"}]}),
        chunk({"content": "Done."}), END,
    ],
    "a thinking block without a signature": [chunk({"thinking_blocks": [{"type": "thinking", "thinking": "A"}]}), chunk({"content": "Done."}), END],
    "annotations and pictures": [
        chunk({"content": "See"}), chunk({"annotations": [{"type": "url_citation", "url_citation": {"url": "https://a.test"}}]}),
        chunk({"images": [{"type": "image_url", "image_url": {"url": "https://a.test/b.png"}}]}), END,
    ],
    "citations of a provider": [
        chunk({"content": "a", "provider_specific_fields": {"citation": {"url": "u1"}}}),
        chunk({"content": "b", "provider_specific_fields": {"citation": {"url": "u2"}, "grounded": True}}), END,
    ],
    "a provider's fields": [chunk({"content": "a", "provider_specific_fields": {"k": 1, "l": 1}}), chunk({"content": "b", "provider_specific_fields": {"k": 2}}), END],
    "sound": [
        chunk({"audio": {"id": "audio_1", "data": "AAEC", "transcript": "Hel"}}), chunk({"audio": {"data": "AwQ=", "transcript": "lo", "expires_at": 1700003600}}), END,
    ],
    "a model that a router chose": [chunk({"content": "a"}, model="azure-model-router"), chunk({"content": "b"}, model="gpt-4o"), END],
    "an id that comes late": [chunk({"content": "a"}, id=""), chunk({"content": "b"}), END],
    "a fingerprint": [chunk({"content": "a"}, system_fingerprint="fp_1"), END],
    "no end": [chunk({"content": "cut of"})],
    "no choices": [chunk()],
    "text completion": [text("Once "), text("upon"), text(" a time", "length")],
}


def built(chunks, messages):
    kind = TextCompletionResponse if chunks[0]["object"] == "text_completion" else ModelResponseStream
    return litellm.stream_chunk_builder([kind(**each) for each in chunks], messages=messages).model_dump(exclude_none=True)


rows = []
for name, chunks in CASES.items():
    for messages in (MESSAGES, None):
        rows.append({"name": name, "chunks": chunks, "messages": messages, "answer": built(chunks, messages)})
path = pathlib.Path(__file__).with_name("stream-chunks.golden.jsonl")
path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
print(len(rows), "rows")
