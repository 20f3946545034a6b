"""One Python contestant in a process of its own: `python python-child.py JOB`; without JOB, says who is there.

Speaks the protocol of protocol.ts; times as cpu-timer.ts does, with the same figures.
"""

import gc
import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
import time

WARM_UP_NS = 100e6
SAMPLE_NS = 25e6
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


def version_of(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


# Each imports its package and gives the function that makes the counting function.


def import_tiktoken(encoding):
    import tiktoken

    def opened():
        ranks = tiktoken.get_encoding(encoding)
        return lambda text: len(ranks.encode_ordinary(text))

    return opened


def import_litellm(encoding):
    import litellm

    model = model_of(encoding)
    return lambda: lambda text: litellm.token_counter(model=model, text=text)


def import_fast_litellm(encoding):
    from fast_litellm._rust import SimpleTokenCounter

    def opened():
        counter = SimpleTokenCounter()
        model = model_of(encoding)
        return lambda text: counter.count_tokens(text, model)

    return opened


IMPORTS = {"tiktoken": import_tiktoken, "litellm": import_litellm, "fast_litellm": import_fast_litellm}


def model_of(encoding):
    return "gpt-4o" if encoding == "o200k_base" else "gpt-4"


def open_calls(contestant, call):
    """LiteLLM's functions; fast_litellm replaces some of them by its import."""
    if contestant == "fast_litellm":
        import fast_litellm  # noqa: F401
    import litellm

    model, messages = call["model"], call["messages"]
    response = litellm.ModelResponse(**call["response"])
    return {
        "calls/tokenCounter": lambda: litellm.token_counter(model=model, messages=messages),
        "calls/completionCost": lambda: litellm.completion_cost(completion_response=response, model=model),
    }


def timed(run, calls):
    begun = time.process_time_ns()
    for _ in range(calls):
        run()
    return time.process_time_ns() - begun


def measure(run, limit_ms):
    begun = time.process_time_ns()
    result = run()
    first = time.process_time_ns() - begun
    if first > limit_ms * 1e6 / 4:
        return {"nanoseconds": first, "result": result, "allocatedBytes": None}
    each, spent, calls = first, first, 1
    while spent < WARM_UP_NS:
        batch = timed(run, calls)
        each = batch / calls
        spent += batch
        calls *= 2
    each = max(1, each)
    calls = max(1, round(SAMPLE_NS / each))
    wanted = SLOW_SAMPLES if each > SLOW_CALL_NS else SAMPLES
    samples = sorted(timed(run, calls) / calls for _ in range(wanted))
    return {"nanoseconds": samples[len(samples) // 2], "result": result, "allocatedBytes": None}


def resident_bytes():
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return float("nan")


def first_use(job):
    importing = IMPORTS[job["contestant"]]
    before, wall, cpu = resident_bytes(), time.perf_counter_ns(), time.process_time_ns()
    opened = importing(job["encoding"])
    imported = time.process_time_ns()
    count = opened()
    count(job["firstText"])
    say(
        event="first",
        importCpuMs=(imported - cpu) / 1e6,
        countCpuMs=(time.process_time_ns() - imported) / 1e6,
        wallMs=(time.perf_counter_ns() - wall) / 1e6,
        rssGrowthMb=(resident_bytes() - before) / 1e6,
    )
    return count


def run_job(job):
    count = first_use(job)
    with open(job["textsFile"], encoding="utf-8") as file:
        texts = json.load(file)
    calls = open_calls(job["contestant"], job["call"]) if any(row.startswith("calls/") for row in job["rows"]) else {}

    def function_of(row):
        if row in calls:
            return calls[row]
        mine = texts[row]
        if len(mine) == 1:
            only = mine[0]
            return lambda: count(only)
        return lambda: sum(map(count, mine))

    for row in job["rows"]:
        gc.collect()
        say(event="begin", row=row)
        try:
            say(event="measured", row=row, **measure(function_of(row), job["limitMs"]))
        except BaseException as error:  # a panic of a Rust extension is no Exception
            say(event="failed", row=row, why=f"{type(error).__name__}: {error}")
            return


set_environment()
if len(sys.argv) < 2:
    packages = {"tiktoken": "tiktoken", "litellm": "litellm", "fast_litellm": "fast-litellm"}
    say(python=platform.python_version(), **{name: version_of(package) for name, package in packages.items()})
else:
    with open(sys.argv[1], encoding="utf-8") as job_file:
        run_job(json.load(job_file))
# Worker threads of a contestant must not keep the process.
answers.flush()
os._exit(0)
