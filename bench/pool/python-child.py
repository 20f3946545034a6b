"""LiteLLM's HTTP client over its aiohttp transport, as its providers use it: `python python-child.py JOB`."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "child"))
from bench_child import Batches, serve_job  # noqa: E402

HEADERS = {"content-type": "application/json", "authorization": "Bearer sk-bench"}
AT_A_TIME = {"pool/1": 1, "pool/64": 64}


class Client(Batches):
    def __init__(self, job):
        super().__init__()
        from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

        self.input = job["input"]
        self.handler = self.run(self.open(AsyncHTTPHandler))

    async def open(self, handler):
        return handler()

    async def ask(self):
        url = self.input["origin"] + self.input["path"]
        response = await self.handler.post(url, data=self.input["body"], headers=HEADERS)
        return response.text == self.input["answer"]

    def first_call(self):
        self.run(self.ask())

    def call_of(self, row):
        return self.batch_of(self.ask, self.input["requests"], AT_A_TIME[row])


serve_job(Client)
