"""Writes deployments.golden.jsonl: the deployments that LiteLLM's proxy makes of config files, ids above all.

Run with a Python that has LiteLLM 1.102.4 with its proxy extras:  python test/config/generate_deployment_golden.py
"""

import asyncio
import contextlib
import io
import json
import logging
import os
import pathlib
import tempfile

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
for name in list(os.environ):
    if name.endswith(("_API_KEY", "_API_BASE")) or name in ("LITELLM_MASTER_KEY", "DATABASE_URL"):
        del os.environ[name]

import litellm  # noqa: E402
from litellm.proxy import proxy_server  # noqa: E402

logging.disable(logging.CRITICAL)

ENV = {"KEY": "sk-from-env", "TRUE": "true", "FALSE": " False ", "NUMBER": "12", "EMPTY": "", "LITELLM_ENVIRONMENT": "staging"}
# What LiteLLM adds to every deployment's parameters.
ADDED = ("allow_client_keepalive_override", "use_in_pass_through", "use_litellm_proxy", "use_xai_oauth", "merge_reasoning_content_in_choices")


def entry(params, model_name="a", info=None, **more):
    lines = [f"  - model_name: {model_name}", f"    litellm_params: {{model: openai/gpt-4o{', ' if params else ''}{params}}}"]
    if info is not None:
        lines.append(f"    model_info: {info}")
    lines.extend(f"    {key}: {value}" for key, value in more.items())
    return "model_list:\n" + "\n".join(lines) + "\n"


PARAMS = [
    "", "api_key: sk-1", "api_key: os.environ/KEY", "api_key: os.environ/UNSET", "api_key: os.environ/EMPTY", "api_key: 'os.environ/KEY '",
    "api_key: 12", "api_key: yes", "api_key: ~", "api_key: ''", "api_key: os.environ/TRUE", "drop_params: os.environ/TRUE", "drop_params: os.environ/FALSE",
    "rpm: 10", "rpm: '10'", "rpm: 10.0", "rpm: 10.5", "rpm: lots", "rpm: os.environ/NUMBER", "rpm: yes", "rpm: 1_000", "rpm: 017", "rpm: 1:30", "tpm: 1.0e+3", "tpm: 1e3", "tpm: ' 12 '", "tpm: '1_000'", "tpm: -1", "tpm: ''",
    "temperature: 0", "temperature: 0.0", "temperature: 0.25", "temperature: 1e-6", "temperature: 1.0e-6", "temperature: 1.0e+20", "temperature: 123456789012345680.0", "temperature: -0.0", "temperature: .inf", "temperature: 1.",
    "stream: true", "stream: no", "seed: 5", "max_tokens: 4096", "stop: [a, b]", "stop: ['a', \"it's\"]", "stop: []", "stop: [1, 2.5, yes, ~]",
    "extra_headers: {x-a: b}", "extra_headers: {x-a: os.environ/KEY}", "extra_headers: {x-a: os.environ/UNSET, y: 2}", "extra_headers: {x: é, y: '\U0001F600', z: \"a\\\"b\"}", "extra_headers: {a: 1.0, b: 1.0e-7, c: yes, d: ~, e: [1, {f: 2}]}", "extra_headers: {1: a, yes: b, ~: c, 1.5: d}", "extra_headers: {}", "extra_headers: {x: 2024-10-21}",
    "api_version: '2024-10-21'", "api_version: 2024-10-21", "api_version: 2024-02-15-preview", "some_date: 2024-10-21", "some_date: 2024-10-21T10:11:12Z", "some_date: 2024-10-21 10:11:12.5", "some_date: [2024-10-21]",
    "tools: [{type: function, function: {name: f, parameters: {type: object}}}]", "tools: [{a: os.environ/KEY}]", "tags: [a, b]", "tags: a", "tags: [1]", "tags: [os.environ/KEY]",
    "timeout: 30", "timeout: 0.5", "timeout: '30'", "timeout: soon", "timeout: os.environ/NUMBER", "stream_timeout: 1.5", "stream_timeout: x", "max_retries: 2", "max_retries: '2'", "max_retries: x", "max_retries: 1.5",
    "organization: org-1", "organization: [org-1, org-2]", "organization: [os.environ/KEY, org-2]", "organization: [org-1]", "organization: []", "organization: 5", "organization: [1, 2]",
    "weight: 3", "weight: '3'", "weight: x", "order: 1", "cooldown_time: 0", "num_retries: 3", "max_parallel_requests: 5", "max_budget: 1", "max_budget: '1.5'", "max_budget: x", "budget_duration: 1d", "budget_duration: 1",
    "input_cost_per_token: 0.001", "input_cost_per_token: 1e-6", "input_cost_per_token: 1.5e-7", "input_cost_per_token: '0.1'", "input_cost_per_token: x", "output_cost_per_token: 0", "output_cost_per_second: 0.0001",
    "mock_response: hello", "mock_response: {a: 1}", "drop_params: true", "drop_params: 'yes'", "drop_params: maybe", "drop_params: 1", "drop_params: 5", "drop_params: [a]",
    "use_in_pass_through: true", "use_in_pass_through: 'on'", "use_in_pass_through: x", "use_litellm_proxy: 1", "merge_reasoning_content_in_choices: true", "merge_reasoning_content_in_choices: 2",
    "configurable_clientside_auth_params: [api_base]", "configurable_clientside_auth_params: [{api_base: '^http'}]", "configurable_clientside_auth_params: api_base", "custom_llm_provider: azure", "custom_llm_provider: 5", "region_name: eu", "region_name: 5",
    "vertex_credentials: {a: 1}", "vertex_credentials: x", "aws_region_name: us-east-1", "base_url: http://x", "headers: {a: b}", "extra_body: {a: {b: [1, 2]}}", "metadata: {a: ~}", "max_file_size_mb: 5", "max_file_size_mb: '5'",
    "litellm_credential_name: nope", "litellm_credential_name: 5", "nested: {deep: {deeper: os.environ/KEY}}", "nested: [[os.environ/KEY]]", "nested: [[{a: os.environ/KEY}]]", "5: a", "yes: a", "'quoted key': a", "big: 12345678901234567890123", "hex: 0xff", "bin: !!binary aGk=", "pairs: !!pairs [a: 1]",
]

CONFIGS = {f"params {params}": entry(params) for params in PARAMS}
CONFIGS.update({
    "wildcard": entry("api_key: k", "openai/*"),
    "star": entry("api_key: k", "'*'"),
    "unicode name": entry("api_key: k", "modèle-\U0001F600"),
    "number name": entry("api_key: k", "5"),
    "number name with id": entry("api_key: k", "5", "{id: x}"),
    "bool name": entry("api_key: k", "yes"),
    "info empty": entry("api_key: k", info="{}"),
    "info without id": entry("api_key: k", info="{mode: chat, base_model: azure/gpt-4o}"),
    "info id": entry("api_key: k", info="{id: my-id}"),
    "info int id": entry("api_key: k", info="{id: 7}"),
    "info bool id": entry("api_key: k", info="{id: yes}"),
    "info float id": entry("api_key: k", info="{id: 1.5}"),
    "info list id": entry("api_key: k", info="{id: [a]}"),
    "info env id": entry("api_key: k", info="{id: os.environ/KEY}"),
    "info empty id": entry("api_key: k", info="{id: ''}"),
    "rpm beside": entry("api_key: k", rpm="7"),
    "rpm beside and inside": entry("api_key: k, rpm: 3", rpm="7", tpm="9"),
    "environments match": entry("api_key: k", info="{supported_environments: [staging, production]}"),
    "environments other": entry("api_key: k", info="{supported_environments: [production]}"),
    "environments wrong": entry("api_key: k", info="{supported_environments: [mars]}"),
    "environments string": entry("api_key: k", info="{supported_environments: staging}"),
    "merge": "d: &d {model: openai/gpt-4o, api_key: k, rpm: 1}\nmodel_list:\n  - {model_name: a, litellm_params: {<<: *d}}\n  - {model_name: a, litellm_params: {rpm: 5, <<: *d}}\n  - {model_name: a, litellm_params: {<<: *d, api_base: http://x}}\n",
    "duplicate key": "model_list:\n  - model_name: a\n    litellm_params: {model: openai/x, api_key: one, rpm: 1, api_key: two}\n",
    "key order": "model_list:\n  - model_name: a\n    litellm_params: {api_key: k, model: openai/x}\n  - model_name: a\n    litellm_params: {model: openai/x, api_key: k}\n",
    "same twice": "model_list:\n  - {model_name: a, litellm_params: {model: openai/x}}\n  - {model_name: a, litellm_params: {model: openai/x}}\n",
    "one bad one good": "model_list:\n  - {model_name: a, litellm_params: {model: openai/x, rpm: lots}}\n  - {model_name: b, litellm_params: {model: openai/y}}\n",
    "credential": "credential_list:\n  - {credential_name: c, credential_values: {api_key: from-c, api_base: http://c}, credential_info: {}}\nmodel_list:\n  - {model_name: a, litellm_params: {model: openai/x, litellm_credential_name: c}}\n",
    "environment variables do not feed references": "environment_variables: {FROM_FILE: sk-file}\nmodel_list:\n  - {model_name: a, litellm_params: {model: openai/x, api_key: os.environ/FROM_FILE}}\n",
    "default params": "router_settings: {default_litellm_params: {api_key: d, max_retries: 3}, num_retries: 2, timeout: 5}\nmodel_list:\n  - {model_name: a, litellm_params: {model: openai/x}}\n",
    "empty list": "model_list: []\n",
    "no list": "litellm_settings: {}\n",
    "null list": "model_list:\n",
    "list is a mapping": "model_list: {a: 1}\n",
    "list is a string": "model_list: abc\n",
    "entry is a string": "model_list: [abc]\n",
    "no model_name": "model_list:\n  - {litellm_params: {model: openai/x}}\n",
    "no litellm_params": "model_list:\n  - {model_name: a}\n",
    "no model": "model_list:\n  - {model_name: a, litellm_params: {api_key: k}}\n",
    "model unset": "model_list:\n  - {model_name: a, litellm_params: {model: os.environ/UNSET}}\n",
    "model number": "model_list:\n  - {model_name: a, litellm_params: {model: 5}}\n",
    "master key number": "general_settings: {master_key: 1234}\n",
    "general is a string": "general_settings: abc\n",
    "general is null": "general_settings:\n",
    "litellm is a string": "litellm_settings: abc\n",
    "environment variables list": "environment_variables: [a]\n",
    "include string": "include: a.yaml\n",
    "include missing": "include: [nowhere.yaml]\n",
    "root list": "- a\n",
    "root string": "abc\n",
    "empty file": "",
})


def load(text):
    os.environ.update(ENV)
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False, encoding="utf-8") as file:
        file.write(text)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        _, models, _ = asyncio.run(proxy_server.ProxyConfig().load_config(None, file.name))
    deployments = []
    for model in models or []:
        params = {key: value for key, value in model["litellm_params"].items() if key not in ADDED or value is not False}
        deployments.append({"model_name": model["model_name"], "id": model["model_info"]["id"], "params": params})
    return deployments


def main():
    target = pathlib.Path(__file__).with_name("deployments.golden.jsonl")
    with target.open("w", encoding="utf-8") as out:
        for name, text in CONFIGS.items():
            try:
                result = {"deployments": load(text)}
            except BaseException as error:  # noqa: BLE001
                result = {"error": type(error).__name__}
            line = json.dumps({"name": name, "yaml": text, **result}, default=str)
            out.write(line.replace(": Infinity", ": null") + "\n")
    print(f"{len(CONFIGS)} cases written, LiteLLM {litellm.__version__ if hasattr(litellm, '__version__') else ''}")


main()
