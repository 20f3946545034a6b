"""An ordinary program of the litellm library: it knows nothing of a gateway, and prints what it got as one JSON object."""

import asyncio
import json

import litellm

MODEL = "gpt-4o"
MESSAGES = [{"role": "user", "content": "Say it in two words."}]
TOOLS = [{"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}]


def plain() -> dict:
    answer = litellm.completion(model=MODEL, messages=MESSAGES, temperature=0.2)
    choice = answer.choices[0]
    return {
        "text": choice.message.content,
        "finish": choice.finish_reason,
        "tokens": [answer.usage.prompt_tokens, answer.usage.completion_tokens],
    }


def streamed() -> dict:
    chunks = list(litellm.completion(model=MODEL, messages=MESSAGES, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    return {"text": text, "finish": chunks[-1].choices[0].finish_reason, "several": len(chunks) > 2}


async def at_once(count: int) -> list:
    calls = (litellm.acompletion(model=MODEL, messages=MESSAGES) for _ in range(count))
    return [answer.choices[0].message.content for answer in await asyncio.gather(*calls)]


async def streamed_later() -> str:
    text = ""
    async for chunk in await litellm.acompletion(model=MODEL, messages=MESSAGES, stream=True):
        text += chunk.choices[0].delta.content or ""
    return text


def tools() -> dict:
    answer = litellm.completion(model=MODEL, messages=MESSAGES, tools=TOOLS, tool_choice="required")
    calls = answer.choices[0].message.tool_calls or []
    return {"names": [call.function.name for call in calls], "finish": answer.choices[0].finish_reason}


def vector() -> list:
    return litellm.embedding(model="text-embedding-3-small", input=["hello"]).data[0]["embedding"][:3]


def refused(model: str) -> list:
    try:
        litellm.completion(model=model, messages=MESSAGES, num_retries=0, max_retries=0)
    except Exception as error:  # the class is what programs catch
        return [type(error).__name__, error.status_code]
    return []


async def main() -> None:
    print(
        json.dumps(
            {
                "plain": plain(),
                "streamed": streamed(),
                "at_once": await at_once(5),
                "streamed_later": await streamed_later(),
                "tools": tools(),
                "vector": vector(),
                "limited": refused("gpt-4o-mini"),
                "denied": refused("gpt-4.1"),
            }
        )
    )


asyncio.run(main())
