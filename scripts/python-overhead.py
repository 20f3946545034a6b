"""Times calls of the litellm library, as the environment sends them; prints milliseconds as one JSON object."""

import asyncio
import json
import sys
import time

import litellm

MODEL = "gpt-4o"
MESSAGES = [{"role": "user", "content": "Hello"}]
WARM_UP = 20


def plain() -> None:
    litellm.completion(model=MODEL, messages=MESSAGES)


def streamed() -> None:
    for _ in litellm.completion(model=MODEL, messages=MESSAGES, stream=True):
        pass


def times(call, count: int) -> list:
    for _ in range(WARM_UP):
        call()
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


async def at_once(count: int, width: int) -> float:
    """Milliseconds for each of `count` calls, of which `width` are under way at any time."""
    free = asyncio.Semaphore(width)

    async def one() -> None:
        async with free:
            await litellm.acompletion(model=MODEL, messages=MESSAGES)

    await asyncio.gather(*(one() for _ in range(WARM_UP)))
    start = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    return (time.perf_counter() - start) * 1000 / count


count = int(sys.argv[1])
print(json.dumps({"plain": times(plain, count), "streamed": times(streamed, count), "at_once": asyncio.run(at_once(count, 16))}))
