"""LiteLLM's limiter, in memory, in a fresh process: `python-child.py speed|memory|memory-without KEYS`; prints JSON.

Its cache holds 200 items, after which it forgets windows that still count; the cap is lifted here, so that it decides
what the others decide.
"""

import asyncio
import gc
import json
import logging
import statistics
import sys
import time

from litellm.caching.caching import DualCache
from litellm.proxy._types import UserAPIKeyAuth
from litellm.proxy.hooks.parallel_request_limiter_v3 import _PROXY_MaxParallelRequestsHandler_v3
from litellm.proxy.utils import InternalUsageCache

logging.disable(logging.CRITICAL)


def make():
    handler = _PROXY_MaxParallelRequestsHandler_v3(InternalUsageCache(DualCache(default_in_memory_ttl=1)))
    handler.internal_usage_cache.dual_cache.in_memory_cache.max_size_in_memory = 10**9
    return handler


async def decide(handler, callers):
    cache = DualCache()
    for caller in callers:
        await handler.async_pre_call_hook(caller, cache, {"model": "gpt-4o", "messages": []}, "completion")


def caller(number):
    return UserAPIKeyAuth(api_key=f"sk-{number:08x}", rpm_limit=10**9)


def resident_bytes():
    with open("/proc/self/statm") as status:
        return int(status.read().split()[1]) * 4096


async def main():
    measure, keys = sys.argv[1], int(sys.argv[2])
    if measure == "speed":
        handler, samples = make(), []
        callers = [caller(number) for number in range(keys)]
        batch = callers * max(1, 5000 // keys)
        for _ in range(3):
            begun = time.process_time_ns()
            await decide(handler, batch)
            samples.append((time.process_time_ns() - begun) / len(batch))
        print(json.dumps(statistics.median(samples)))
        return
    handler = make()
    for number in range(2000):
        await decide(handler, [caller(number % 50)])
    for number in range(keys):
        await decide(handler, [caller(number if measure == "memory" else number % 50)])
    gc.collect()
    print(json.dumps(resident_bytes()))


asyncio.run(main())
