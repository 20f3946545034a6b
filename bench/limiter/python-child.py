"""A Python limiter, in memory, in a fresh process: `python-child.py CONTESTANT speed|memory|memory-without KEYS`.

Prints what protocol.ts says. LiteLLM's cache holds 200 items, after which it forgets windows that still count; the cap is
lifted here, so that it decides what the others decide.
"""

import asyncio
import gc
import json
import logging
import os
import statistics
import sys
import time

PROBE_LIMIT, PROBE_CALLS = 1000, 1100
NO_LIMIT = 10**9

logging.disable(logging.CRITICAL)


def key_of(number):
    return f"sk-{number:08x}"


class Litellm:
    """The hook that LiteLLM's proxy calls before each request of a key with `rpm_limit`."""

    def __init__(self, limit):
        from litellm.caching.caching import DualCache
        from litellm.proxy._types import UserAPIKeyAuth
        from litellm.proxy.hooks.parallel_request_limiter_v3 import _PROXY_MaxParallelRequestsHandler_v3
        from litellm.proxy.utils import InternalUsageCache

        self.handler = _PROXY_MaxParallelRequestsHandler_v3(InternalUsageCache(DualCache(default_in_memory_ttl=1)))
        self.handler.internal_usage_cache.dual_cache.in_memory_cache.max_size_in_memory = 10**9
        self.cache, self.caller_class, self.limit = DualCache(), UserAPIKeyAuth, limit

    def prepare(self, number):
        return self.caller_class(api_key=key_of(number), rpm_limit=self.limit)

    async def decide(self, callers):
        admitted = 0
        for caller in callers:
            data = {"model": "gpt-4o", "messages": []}
            try:
                await self.handler.async_pre_call_hook(caller, self.cache, data, "completion")
                admitted += 1
            except Exception as refusal:
                if getattr(refusal, "status_code", None) != 429:
                    raise
        return admitted


class FastLitellm:
    """Its Rust limiter, made with the limit as its only setting."""

    def __init__(self, limit):
        from fast_litellm._rust import SimpleRateLimiter

        self.limiter = SimpleRateLimiter(limit)

    def prepare(self, number):
        return key_of(number)

    async def decide(self, keys):
        return sum(self.limiter.is_allowed(key) for key in keys)


CONTESTANTS = {"litellm": Litellm, "fast_litellm": FastLitellm}


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as status:
        return int(status.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def speed(make, keys):
    subject, samples = make(NO_LIMIT), []
    batch = [subject.prepare(number) for number in range(keys)] * max(1, 5000 // keys)
    for _ in range(3):
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        await subject.decide(batch)
        spent = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
        samples.append([nanoseconds / len(batch) for nanoseconds in spent])
    cpu, wall = (statistics.median(column) for column in zip(*samples))
    return {"value": cpu, "wall": wall}


async def memory(make, keys, is_with):
    subject = make(NO_LIMIT)
    for number in range(2000):
        await subject.decide([subject.prepare(number % 50)])
    for number in range(keys):
        await subject.decide([subject.prepare(number if is_with else number % 50)])
    gc.collect()
    return {"value": resident_bytes()}


async def main():
    contestant, measure, keys = sys.argv[1], sys.argv[2], int(sys.argv[3])
    make = CONTESTANTS[contestant]
    answer = await (speed(make, keys) if measure == "speed" else memory(make, keys, measure == "memory"))
    subject = make(PROBE_LIMIT)
    # A key that nothing was decided on: fast_litellm's limiters share what they remember.
    admitted = await subject.decide([subject.prepare(keys)] * PROBE_CALLS)
    print(json.dumps({**answer, "admitted": admitted}), flush=True)
    # Worker threads must not keep the process.
    os._exit(0)


os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
asyncio.run(main())
