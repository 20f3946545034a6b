"""LiteLLM's pick for `npm run bench:router -- --python PATH`: one line `strategy<TAB>deployments<TAB>microseconds`.

Synchronous `Router.get_available_deployment`, except cost-based routing, which only its asynchronous twin knows.
"""

import asyncio
import logging
import sys
import time

import litellm
from litellm import Router

logging.disable(logging.CRITICAL)
STRATEGIES = [
    "simple-shuffle",
    "least-busy",
    "usage-based-routing",
    "usage-based-routing-v2",
    "latency-based-routing",
    "cost-based-routing",
]
MESSAGES = [{"role": "user", "content": "hi"}]


def build(strategy: str, size: int) -> Router:
    litellm.callbacks, litellm.success_callback, litellm.failure_callback = [], [], []
    return Router(
        routing_strategy=strategy,
        model_list=[
            {
                "model_name": "g",
                "litellm_params": {"model": f"openai/m{i}", "api_key": "k", "rpm": 1000000},
                "model_info": {"id": f"d{i}"},
            }
            for i in range(size)
        ],
    )


def best(run, repeats: int) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        run(repeats)
        times.append((time.perf_counter() - start) / repeats * 1e6)
    return min(times)


def measure(strategy: str, size: int) -> float:
    router = build(strategy, size)
    repeats = 300 if size < 100 else 60
    if strategy == "cost-based-routing":

        def run(count: int) -> None:
            async def picks() -> None:
                for _ in range(count):
                    await router.async_get_available_deployment(model="g", messages=MESSAGES, request_kwargs={})

            asyncio.run(picks())
    else:

        def run(count: int) -> None:
            for _ in range(count):
                router.get_available_deployment(model="g", messages=MESSAGES, request_kwargs={})

    run(20)
    return best(run, repeats)


for name in STRATEGIES:
    for deployments in map(int, sys.argv[1:]):
        try:
            print(name, deployments, f"{measure(name, deployments):.3f}", sep="\t")
        except Exception as error:  # a strategy that does not work is left out of the table
            print(f"{name} {deployments}: {type(error).__name__} {error}", file=sys.stderr)
