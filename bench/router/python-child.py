"""A Python contestant of the router benchmark: `python python-child.py JOB`. Rows are named `STRATEGY/DEPLOYMENTS`.

LiteLLM: synchronous `Router.get_available_deployment`, except cost-based routing, which only its asynchronous twin knows.
fast_litellm: its Rust router, asked for the strategy by its own name for it.
"""

import asyncio
import logging
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "child"))
from bench_child import serve_job  # noqa: E402

logging.disable(logging.CRITICAL)

MESSAGES = [{"role": "user", "content": "hi"}]
FAST_NAMES = {
    "simple-shuffle": "simple_shuffle",
    "least-busy": "least_busy",
    "latency-based-routing": "latency_based",
    "cost-based-routing": "cost_based",
}


def deployments_of(size):
    return [
        {
            "model_name": "g",
            "litellm_params": {"model": f"openai/m{number}", "api_key": "k", "rpm": 1000000},
            "model_info": {"id": f"d{number}"},
        }
        for number in range(size)
    ]


def allowed_ids(strategy, size):
    """What may be picked: by latency, one that has not answered yet, as long as there is one."""
    step = 2 if strategy == "latency-based-routing" else 1
    return {f"d{number}" for number in range(step - 1, size, step)}


def picks_of_litellm(strategy, size):
    import litellm

    litellm.callbacks, litellm.success_callback, litellm.failure_callback = [], [], []
    router = litellm.Router(routing_strategy=strategy, model_list=deployments_of(size))
    if strategy == "latency-based-routing":
        router.cache.set_cache("g_map", {f"d{number}": {"latency": [1 + number]} for number in range(0, size, 2)})

    async def picks(count):
        return [
            await router.async_get_available_deployment(model="g", messages=MESSAGES, request_kwargs={})
            for _ in range(count)
        ]

    if strategy == "cost-based-routing":
        return lambda count: asyncio.run(picks(count))
    pick = router.get_available_deployment
    return lambda count: [pick(model="g", messages=MESSAGES, request_kwargs={}) for _ in range(count)]


def picks_of_fast_litellm(strategy, size):
    from fast_litellm._rust import AdvancedRouter

    if strategy not in FAST_NAMES:
        raise NotImplementedError(f"it has no {strategy}")
    router, deployments = AdvancedRouter(FAST_NAMES[strategy]), deployments_of(size)
    return lambda count: [router.get_available_deployment(deployments, "g") for _ in range(count)]


def import_litellm():
    import litellm  # noqa: F401

    return picks_of_litellm


def import_fast_litellm():
    import fast_litellm._rust  # noqa: F401

    return picks_of_fast_litellm


IMPORTS = {"litellm": import_litellm, "fast_litellm": import_fast_litellm}


class Picks:
    def __init__(self, job):
        self.open, self.picks = IMPORTS[job["contestant"]](), job["input"]["picks"]

    def first_call(self):
        self.open("simple-shuffle", 3)(1)

    def call_of(self, row):
        strategy, size = row.split("/")
        run, allowed, count = self.open(strategy, int(size)), allowed_ids(strategy, int(size)), self.picks
        return lambda: sum(one["model_info"]["id"] not in allowed for one in run(count))


serve_job(Picks)
