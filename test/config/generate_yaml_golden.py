"""Writes yaml.golden.jsonl: what PyYAML's safe_load makes of documents, as Python's repr() and json.dumps().

Run with a Python that has PyYAML:  python test/config/generate_yaml_golden.py
"""

import json
import pathlib

import yaml

SCALARS = """
yes|Yes|YES|yEs|no|No|NO|y|Y|n|N|on|On|ON|off|Off|OFF|true|True|TRUE|tRue|false|False|FALSE
null|Null|NULL|~|nULL|None|none|NaN
0|-0|+0|1|-1|+12|007|017|-017|08|0o17|0x1F|0X1F|-0x1f|+0xff|0b101|-0b11|0b2|1_000|1__0|_1|1_|0_7|0x_f|0b_1|12345678901234567890123
1:30|190:20:30|-1:30|0:30|1:60|1:30:45:10|12:30:45|01:30|1:30.5|190:20:30.15|-1:30.|20:3
1.0|1.|.5|-.5|+.5|1.5e3|1.5e+3|1.5E-3|1e-6|1e5|1.e+3|1.0e-6|1.0e6|0.1|-0.0|1_0.5|.1e+2|.1e2|1.5e+|1.2.3|.|..|685.230_15e+03|6.8523015e+5|0.00001|0.0001|123456789012345680.0|1234567890123456.0|1.7976931348623157e+308|1.0e+999|5.0e-324|0.1e-5
.inf|.Inf|.INF|-.inf|+.inf|.iNf|.nan|.NaN|.NAN|.Nan|-.nan|inf|nan
2024-10-21|2024-1-1|2024-10-21-preview|2024-02-30|2024-13-01|0000-01-01|2024-10-21T10:11:12Z|2024-10-21 10:11:12|2024-10-21t10:11:12.5|2024-10-21 10:11:12.123456789|2024-10-21T10:11:12+05:30|2024-10-21T10:11:12-08|2024-10-21T10:11:12 +00:00|2024-10-21 1:02:03 -3:30|2024-10-21 10:11|2024-10-21T25:00:00Z|2024-10-21T10:11:12-00:30|2023-02-29|2024-02-29
'yes'|"yes"|'1'|"1.5"|'2024-10-21'|''|""|"a\\nb"|'it''s'|"\\x41\\u00e9\\U0001F600"|"tab\\there"|"\\/"|"nul\\0"|"\\q"
hello|hello world|hello # comment|hello#not|http://a.b/c?d=e|a:b|a: b|- x|key:value|sk-1234|os.environ/KEY|gpt-4o|openai/*|*|*anchor|&a x|%x|@x|`x|!x y|? x|: x|>x|<<|=|==|a,b|[a|{a|]x|}x|a]|"a" b|'a' 'b'|日本語|é|a'b|a"b|a'b"c|back\\slash|\U0001F600|\u00a0x|\u200b|\u2028x
[]|{}|[a, b]|[a, [b, c], {d: 1}]|[1, 1.0, yes, ~, '']|[a, b,]|[a,, b]|[,]|{a: 1, b: [2]}|{a: 1,}|{a, b}|{a: , b: }|{a:1}|{"a":1}|{"a":1, 'b':2}|{a: b: c}|[a: 1, b: 2]|[a: 1]|[? a : 1]|[a b, c d]|[ "x", 'y' ]|[http://x, b]|{url: http://x:80/}|[!!str 1, !!int "2"]|[a # c|{? a, b: 1}
!!str 1|!!str yes|!!str|!!str ~|!!int "3"|!!int 3.5|!!int x|!!int "0x1f"|!!int "1_0"|!!float 1|!!float "1e5"|!!float x|!!bool "yes"|!!bool maybe|!!null ''|!!null x|!!binary aGVsbG8=|!!binary "aGVs bG8="|!!binary "a'b"|!!timestamp 2024-10-21|!!timestamp x|!!seq [a]|!!map {a: 1}|!!set {a}|!!omap [a: 1, b: 2]|!!pairs [a: 1, a: 2]|!!foo x|!foo x|! 12|! "12"|!!python/tuple [a]|!!str [a]|!!seq a|!<tag:yaml.org,2002:str> 5|!!merge x|!!value =
"""

DOCUMENTS = {
    "empty": "",
    "only comment": "# nothing\n",
    "only marker": "---\n",
    "marker and value": "---\na: 1\n",
    "end marker": "a: 1\n...\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "second empty document": "a: 1\n---\n",
    "directive": "%YAML 1.1\n---\na: 1\n",
    "directive 1.2": "%YAML 1.2\n---\na: 1\n",
    "tag directive": "%TAG !y! tag:yaml.org,2002:\n---\na: !y!str 1\n",
    "bom": "\ufeffa: 1\n",
    "crlf": "a: 1\r\nb:\r\n  - x\r\n",
    "list root": "- a\n- b\n",
    "string root": "hello\n",
    "no newline at end": "a: b",
    "trailing spaces": "a: b   \nc:   d\n",
    "comment lines": "# a\na: 1 # b\n  # c\nb: 2\n",
    "empty value": "a:\nb: \nc: ''\n",
    "empty key": ": a\n",
    "null key": "~: a\nnull: b\n",
    "bool keys": "yes: a\ntrue: b\n'yes': c\n",
    "number keys": "1: a\n1.0: b\ntrue: c\n2: d\n",
    "on key": "on: push\n",
    "date key": "2024-10-21: a\n",
    "list key": "? [a, b]\n: c\n",
    "map key": "? {a: 1}\n: c\n",
    "explicit key": "? a\n: b\n? c\n",
    "long explicit": "? |\n  block\n: - one\n  - two\n",
    "duplicate keys": "a: 1\nb: 2\na: 3\n",
    "duplicate nested": "x:\n  a: 1\n  a: {b: 2}\n",
    "duplicate mappings replace": "x:\n  a: 1\nx:\n  b: 2\n",
    "anchor": "a: &x {b: 1}\nc: *x\n",
    "anchor scalar": "a: &x 5\nb: *x\nc: [*x, *x]\n",
    "anchor redefined": "a: &x 1\nb: *x\nc: &x 2\nd: *x\n",
    "anchor unknown": "a: *nope\n",
    "anchor empty": "a: &x\nb: *x\n",
    "anchor on key": "&k a: 1\nb: *k\n",
    "anchor in list": "- &a x\n- *a\n",
    "alias as key": "a: &x name\n*x : 1\n",
    "merge": "base: &b {x: 1, y: 2}\nd:\n  <<: *b\n  y: 3\n  z: 4\n",
    "merge order": "base: &b {x: 1, y: 2}\nd:\n  z: 4\n  y: 3\n  <<: *b\n",
    "merge list": "a: &a {x: 1, k: a}\nb: &b {x: 2, l: b}\nc:\n  <<: [*a, *b]\n  m: 1\n",
    "merge chain": "a: &a {x: 1}\nb: &b\n  <<: *a\n  y: 2\nc:\n  <<: *b\n  z: 3\n",
    "merge inline": "<<: {a: 1}\nb: 2\n",
    "merge twice": "a: &a {x: 1}\nb: &b {x: 2}\nc:\n  <<: *a\n  <<: *b\n",
    "merge quoted key": "a: &a {x: 1}\nb:\n  '<<': *a\n",
    "merge scalar": "<<: 5\n",
    "merge list of scalars": "<<: [1]\n",
    "merge empty": "<<:\n",
    "merge empty map": "<<: {}\na: 1\n",
    "merge with later override": "d: &d {model: a, rpm: 1}\nl:\n  - {<<: *d, model: b}\n  - {model: c, <<: *d}\n",
    "merge key twice with duplicate": "a: &a {x: 1, y: 1}\nb:\n  x: 2\n  <<: *a\n  x: 3\n",
    "value key": "=: 1\n",
    "literal": "a: |\n  line 1\n   indented\n\n  line 3\nb: 1\n",
    "literal strip": "a: |-\n  x\n\n\nb: 1\n",
    "literal keep": "a: |+\n  x\n\nb: 1\n",
    "folded": "a: >\n  one\n  two\n\n  three\n    four\n  five\n",
    "folded strip": "a: >-\n  one\n  two\n",
    "literal indent indicator": "a: |2\n   x\n  y\n",
    "literal empty": "a: |\nb: 1\n",
    "literal comment after": "a: | # comment\n  x\n",
    "literal number": "a: |\n  12\n",
    "plain multi-line": "a: one\n  two\n\n  three\n",
    "quoted multi-line": "a: \"one\n  two\n\n  three\"\n",
    "quoted escaped newline": "a: \"one\\\n  two\"\n",
    "single multi-line": "a: 'one\n  two'\n",
    "sequence not indented": "a:\n- 1\n- 2\nb: 3\n",
    "sequence indented": "a:\n  - 1\n  - 2\n",
    "nested sequences": "- - a\n  - b\n- - c\n",
    "map in sequence": "- a: 1\n  b: 2\n- c: 3\n",
    "empty item": "- \n- a\n-\n",
    "bad indent": "a:\n  b: 1\n c: 2\n",
    "bad nested": "a: b: c\n",
    "bad item": "a:\n  - x\n  y: 1\n",
    "tab indent": "a:\n\tb: 1\n",
    "tab after colon": "a:\tb\n",
    "tab after dash": "-\tx\n",
    "tab before comment": "a: b\t# c\n",
    "tab inside plain": "a: b\tc\n",
    "tab line": "a: 1\n\t\nb: 2\n",
    "unclosed flow": "a: [1, 2\nb: 3\n",
    "unclosed quote": "a: \"x\nb: 3\n",
    "missing colon": "a: 1\nb\nc: 2\n",
    "flow over lines": "a: [\n  1,\n  2\n]\nb: 3\n",
    "flow close at column 0": "model_list: [\n  {a: 1},\n  {b: 2}\n]\n",
    "flow items at column 0": "a: [\n1,\n2,\n]\nb: {\nc: 3\n}\n",
    "flow map over lines": "a: {\n  \"b\": 1,\n  \"c\": {\n    \"d\": [1,\n2]\n  }\n}\ne: 5\n",
    "json document": "{\n  \"a\": [1, 2.5, null, true],\n  \"b\": {\"c\": \"d\\u00e9\\n\"}\n}\n",
    "json one line": "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":\"e\"}\n",
    "json in a value": "a: {\"b\":{\"c\":[1,\"x\"]}}\n",
    "comment in flow": "a: [1, # one\n  2]\n",
    "quoted key": "\"a b\": 1\n'c: d': 2\n",
    "key with spaces": "a b: 1\n",
    "key with colon": "a:b: 1\n",
    "url key": "http://a: 1\n",
    "dash key": "-a: 1\n--: 2\n",
    "question key": "?a: 1\n",
    "windows path": "a: C:\\dir\n",
    "control character": "a: \x01\n",
    "delete character": "a: \x7f\n",
    "nel": "a: x\x85b: 2\n",
    "set block": "!!set\n? a\n",
    "omap block": "!!omap\n- a: 1\n- b: [2]\n",
    "tagged list of tags": "- !!str 1\n- !!int '7'\n- !!float '2'\n",
    "nested python values": "a: {b: [1, {c: 2024-10-21, d: [~, yes]}], e: 1.5e+20}\n",
    "litellm entry": (
        "model_list:\n  - model_name: gpt-4o\n    litellm_params:\n      model: openai/gpt-4o\n"
        "      api_key: os.environ/OPENAI_API_KEY\n      rpm: 1_000\n      timeout: 1:30\n      api_version: 2024-10-21\n"
        "      temperature: 1e-6\n      top_p: 1.0e-6\n      stream: no\n"
    ),
    "deep": "a:\n b:\n  c:\n   d:\n    e: {f: [[[[1]]]]}\n",
    "recursive list": "a: &x [*x]\n",
    "anchor with dots": "a: &x.y 1\nb: *x.y\n",
    "comment after key": "a: # c\n  b: 1\n",
    "comment between items": "- a\n# c\n- b\n",
    "unicode escapes": "a: \"\\u2028\\u00a0\\t\\e\\a\"\n",
    "repr quotes": "a: [\"it's\", 'say \"hi\"', \"both ' and \\\"\", \"back\\\\slash\", \"new\\nline\", \"\\x7f\\xad\"]\n",
    "repr unicode": "a: [é, 日本, \U0001F600, \"\\u200b\", \"\\U000e0001\"]\n",
    "float forms": "a: [1.0e+16, 1.0e+15, 123456.789, 1.0e-4, 1.0e-5, 0.1, 100.0, 1.5e+300, 2.5e-10, 1234567890123456789.0]\n",
    "nested tuple text": "a: !!pairs [x: [1], y: {z: 1}]\n",
    "many spaces after dash": "-    a: 1\n     b: 2\n",
    "key indentation by sequence": "a:\n-  b: 1\n   c: 2\n-  d\n",
    "colon at end in flow": "a: {b:}\n",
    "adjacent flow value": "a: {\"b\":c}\n",
    "trailing text after document end": "a: 1\n... b\n",
    "star value": "model_name: *\n",
    "star quoted": "model_name: \"*\"\n",
    "percent": "a: 50%\n",
    "at end": "a: x@y\n",
    "question mark value": "a: what?\n",
    "multi-line flow plain": "a: [one\n  two, three]\n",
    "plain dash start": "a: -x\nb: --x\nc: - \n",
}


def scalar_cases():
    for line in SCALARS.strip("\n").split("\n"):
        for text in line.split("|"):
            text = text.replace("\\\\", "\\")
            yield f"scalar {text}", f"v: {text}\n"


def outcome(text):
    try:
        value = yaml.safe_load(text)
    except RecursionError:
        return {"error": "RecursionError"}
    except Exception as error:  # noqa: BLE001
        return {"error": type(error).__name__}
    try:
        as_json = json.dumps(value, default=lambda one: f"{type(one).__module__}.{type(one).__qualname__}")
    except (TypeError, ValueError) as error:
        as_json = None
        if isinstance(error, ValueError):
            return {"error": "recursive"}
    return {"repr": repr(value), "str": str(value), "json": as_json}


def main():
    cases = [*scalar_cases(), *DOCUMENTS.items()]
    target = pathlib.Path(__file__).with_name("yaml.golden.jsonl")
    with target.open("w", encoding="utf-8") as out:
        for name, text in cases:
            out.write(json.dumps({"name": name, "yaml": text, **outcome(text)}) + "\n")
    print(f"{len(cases)} cases written")


main()
