"""The process of a Python contestant: `python CHILD.py JOB`, speaking the protocol of protocol.ts.

Times as cpu-timer.ts does, with the same figures.
"""

import asyncio
import gc
import importlib.util
import json
import os
import sys
import time

SAMPLES = 5
SLOW_CALL_NS = 250e6
SLOW_SAMPLES = 2

# What the contestants print is not for the benchmark to read.
answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)


def say(**message):
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def set_environment():
    """Works without a network: LiteLLM's own price file, and the rank files that LiteLLM brings."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_LOG", "ERROR")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    litellm = importlib.util.find_spec("litellm")
    if litellm is not None and "TIKTOKEN_CACHE_DIR" not in os.environ:
        folder = os.path.dirname(litellm.origin)
        os.environ["TIKTOKEN_CACHE_DIR"] = os.path.join(folder, "litellm_core_utils", "tokenizers")


def timed(run, calls):
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    for _ in range(calls):
        run()
    return (time.process_time_ns() - cpu, time.perf_counter_ns() - wall)


def measured(cpu, wall, result):
    return {"nanoseconds": cpu, "wallNanoseconds": wall, "result": result, "allocatedBytes": None}


def measure(run, limit_ms, timing):
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    result = run()
    first, first_wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
    if first > limit_ms * 1e6 / 4:
        return measured(first, first_wall, result)
    each, spent, calls = first, first, 1
    while spent < timing["warmUpMs"] * 1e6:
        batch, _ = timed(run, calls)
        each = batch / calls
        spent += batch
        calls *= 2
    each = max(1, each)
    calls = max(1, round(timing["sampleMs"] * 1e6 / each))
    wanted = SLOW_SAMPLES if each > SLOW_CALL_NS else SAMPLES
    samples = sorted(timed(run, calls) for _ in range(wanted))
    cpu, wall = samples[len(samples) // 2]
    return measured(cpu / calls, wall / calls, result)


def resident_bytes():
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return float("nan")


def first_use(job, load):
    before, wall, cpu = resident_bytes(), time.perf_counter_ns(), time.process_time_ns()
    subject = load(job)
    imported = time.process_time_ns()
    subject.first_call()
    say(
        event="first",
        importCpuMs=(imported - cpu) / 1e6,
        callCpuMs=(time.process_time_ns() - imported) / 1e6,
        wallMs=(time.perf_counter_ns() - wall) / 1e6,
        rssGrowthMb=(resident_bytes() - before) / 1e6,
    )
    return subject


def run_job(job, load):
    subject = first_use(job, load)
    for row in job["rows"]:
        gc.collect()
        say(event="begin", row=row)
        try:
            say(event="measured", row=row, **measure(subject.call_of(row), job["limitMs"], job["timing"]))
        except BaseException as error:  # a panic of a Rust extension is no Exception
            say(event="failed", row=row, why=f"{type(error).__name__}: {error}")
            return


class Batches:
    """Base of a contestant that is asked by coroutines: batches.ts for Python."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)

    def run(self, coroutine):
        return self.loop.run_until_complete(coroutine)

    def batch_of(self, ask, count, at_a_time):
        """`ask()` says whether what came was right. Gives a call of so many, which gives how many were right."""

        async def batch():
            left, right = count, 0

            async def worker():
                nonlocal left, right
                while left > 0:
                    left -= 1
                    if await ask():
                        right += 1

            if at_a_time == 1:
                await worker()
            else:
                await asyncio.gather(*(worker() for _ in range(at_a_time)))
            return right

        return lambda: self.run(batch())


def serve_job(load):
    """`load(job)` imports the contestant and gives an object with `first_call()` and `call_of(row)`."""
    set_environment()
    with open(sys.argv[1], encoding="utf-8") as file:
        run_job(json.load(file), load)
    # Worker threads of a contestant must not keep the process.
    answers.flush()
    os._exit(0)
