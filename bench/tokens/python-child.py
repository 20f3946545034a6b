"""A Python contestant of the token benchmark: `python python-child.py JOB`."""

import itertools
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "child"))
from bench_child import serve_job  # noqa: E402

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


class Tokens:
    def __init__(self, job):
        self.contestant, self.input = job["contestant"], job["input"]
        self.open = IMPORTS[self.contestant](self.input["encoding"])
        self.texts = self.calls = None

    def first_call(self):
        self.count = self.open()
        self.count(self.input["firstText"])

    def call_of(self, row):
        if row.startswith("calls/"):
            self.calls = self.calls or open_calls(self.contestant, self.input["call"])
            return self.calls[row]
        if self.texts is None:
            with open(self.input["textsFile"], encoding="utf-8") as file:
                self.texts = json.load(file)
        passes, count = self.texts[row], self.count
        if len(passes) == 1 and len(passes[0]) == 1:
            only = passes[0][0]
            return lambda: count(only)
        turns = itertools.cycle(passes)
        return lambda: sum(map(count, next(turns)))


serve_job(Tokens)
