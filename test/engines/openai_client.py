"""The official OpenAI package for Python, unmodified, against a running gateway: one JSON line for each case.

Arguments: base URL, key. The model names are those of the simulated provider.
"""

import json
import sys
import traceback

import openai
from openai import OpenAI

BASE_URL, KEY = sys.argv[1:3]
MESSAGES = [{"role": "user", "content": "Say something about the weather tool."}]
FAST = "simulated/fast"
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
                "required": ["city", "days"],
            },
        },
    }
]

client = OpenAI(base_url=BASE_URL, api_key=KEY, max_retries=0, timeout=15)
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


@case
def chat():
    answer = client.chat.completions.create(model=FAST, messages=MESSAGES)
    return {
        "text": bool(answer.choices[0].message.content),
        "model": answer.model,
        "tokens": answer.usage.total_tokens > 0,
    }


@case
def stream():
    chunks = list(
        client.chat.completions.create(
            model=FAST, messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    return {
        "text": bool(text),
        "finish": [c.choices[0].finish_reason for c in chunks if c.choices][-1],
        "last_choices": chunks[-1].choices,
        "tokens": chunks[-1].usage.total_tokens > 0,
    }


@case
def stream_without_usage():
    chunks = list(client.chat.completions.create(model=FAST, messages=MESSAGES, stream=True))
    return {"every_chunk_has_a_choice": all(len(c.choices) == 1 for c in chunks)}


@case
def tools():
    answer = client.chat.completions.create(
        model=FAST, messages=MESSAGES, tools=TOOLS, tool_choice="required"
    )
    call = answer.choices[0].message.tool_calls[0]
    return {"name": call.function.name, "arguments": sorted(json.loads(call.function.arguments))}


@case
def tools_streamed():
    name, arguments = "", ""
    for chunk in client.chat.completions.create(
        model=FAST, messages=MESSAGES, tools=TOOLS, tool_choice="required", stream=True
    ):
        for call in chunk.choices[0].delta.tool_calls or []:
            name += call.function.name or ""
            arguments += call.function.arguments or ""
    return {"name": name, "arguments": sorted(json.loads(arguments))}


@case
def embeddings():
    decoded = client.embeddings.create(model=FAST, input=["one", "two"], dimensions=8)
    floats = client.embeddings.create(
        model=FAST, input=["one", "two"], dimensions=8, encoding_format="float"
    )
    differences = [
        abs(a - b)
        for one, other in zip(decoded.data, floats.data)
        for a, b in zip(one.embedding, other.embedding)
    ]
    return {"count": len(differences), "same": max(differences) < 1e-6}


@case
def completions():
    answer = client.completions.create(model=FAST, prompt="Once", max_tokens=8)
    return {"text": bool(answer.choices[0].text)}


@case
def responses():
    answer = client.responses.create(model=FAST, input="Hello")
    events = list(client.responses.create(model=FAST, input="Hello", stream=True))
    return {"text": bool(answer.output_text), "first": events[0].type, "last": events[-1].type}


@case
def images():
    answer = client.images.generate(model=FAST, prompt="a cat", response_format="b64_json")
    return {"bytes": len(answer.data[0].b64_json) > 0}


@case
def speech():
    answer = client.audio.speech.create(model=FAST, voice="alloy", input="Hello")
    return {"bytes": len(answer.read()) > 44}


@case
def transcription():
    answer = client.audio.transcriptions.create(model=FAST, file=("a.wav", b"RIFF" + bytes(4000)))
    return {"text": bool(answer.text)}


@case
def moderations():
    return {"flagged": client.moderations.create(model=FAST, input="violence").results[0].flagged}


@case
def models():
    return {"named": "named" in [model.id for model in client.models.list()]}


def error_of(function):
    try:
        function()
    except openai.APIStatusError as error:
        return {
            "class": type(error).__name__,
            "status": error.status_code,
            "code": error.code,
            "retry_after": error.response.headers.get("retry-after"),
        }
    except openai.OpenAIError as error:
        return {"class": type(error).__name__}
    return {"class": None}


def create(model, **more):
    return lambda: client.chat.completions.create(model=model, messages=MESSAGES, **more)


@case
def errors():
    return {
        str(status): [
            error_of(create(f"simulated/error-{status}"))["class"],
            error_of(create(f"simulated/error-{status}", stream=True))["class"],
        ]
        for status in (400, 401, 403, 404, 422, 429, 500, 503)
    }


@case
def retry_after():
    return error_of(create("simulated/error-429"))


@case
def context_window():
    return error_of(create("simulated/error-context"))


@case
def wrong_key():
    stranger = OpenAI(base_url=BASE_URL, api_key="sk-wrong", max_retries=0)
    return error_of(lambda: stranger.chat.completions.create(model=FAST, messages=MESSAGES))


@case
def broken_stream():
    return error_of(lambda: list(create("simulated/fast+errmid-5", stream=True)()))


@case
def cut_stream():
    return error_of(lambda: list(create("simulated/fast+cut-5", stream=True)()))


@case
def closed_stream():
    events = client.chat.completions.create(model="simulated/gap-20ms", messages=MESSAGES, stream=True)
    next(iter(events))
    events.close()
    return {"next": bool(client.chat.completions.create(model=FAST, messages=MESSAGES).choices)}


for name, function in CASES.items():
    try:
        outcome = {"case": name, "result": function()}
    except Exception:  # each case is reported on its own
        outcome = {"case": name, "failure": traceback.format_exc()}
    print(json.dumps(outcome), flush=True)
