"""LiteLLM's `completion`, with fast_litellm imported before it or not: `python python-child.py JOB`."""

import logging
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "child"))
from bench_child import Batches, serve_job  # noqa: E402

AT_A_TIME = {"completion/provider": 8, "completion/stream": 8}


class Completions(Batches):
    def __init__(self, job):
        super().__init__()
        if job["contestant"] == "fast_litellm":
            import fast_litellm  # noqa: F401
        import litellm

        logging.disable(logging.CRITICAL)
        self.litellm, self.input = litellm, job["input"]
        self.call = {
            "model": f"openai/{self.input['model']}",
            "messages": self.input["messages"],
            "api_base": self.input["baseUrl"],
            "api_key": "sk-bench",
        }

    async def provider(self):
        answer = await self.litellm.acompletion(**self.call)
        return answer.choices[0].message.content == self.input["wholeText"]

    async def stream(self):
        parts = []
        async for chunk in await self.litellm.acompletion(stream=True, **self.call):
            parts.append(chunk.choices[0].delta.content or "")
        return "".join(parts) == self.input["streamText"]

    def mock(self):
        """Synchronous, which is the faster one of LiteLLM's two."""
        text = self.input["mockText"]
        answer = self.litellm.completion(mock_response=text, **self.call)
        return answer.choices[0].message.content == text

    def first_call(self):
        self.run(self.provider())

    def call_of(self, row):
        count = self.input["completions"]
        if row == "completion/mock":
            return lambda: sum(self.mock() for _ in range(count))
        ask = self.provider if row == "completion/provider" else self.stream
        return self.batch_of(ask, count, AT_A_TIME[row])


serve_job(Completions)
