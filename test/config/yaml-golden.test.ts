import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadYaml } from '../../src/config/yaml/load-yaml.ts';
import { pyJson, pyRepr, pyString } from '../../src/config/yaml/py-text.ts';

interface GoldenCase {
  readonly name: string;
  readonly yaml: string;
  readonly error?: string;
  readonly repr?: string;
  readonly str?: string;
  readonly json?: string | null;
}

const text = readFileSync(new URL('yaml.golden.jsonl', import.meta.url), 'utf8');
const cases = text
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as GoldenCase);

/** What PyYAML's scanner refuses and the yaml package reads in the obvious way. Nothing that runs today depends on it. */
const LENIENT = new Map([
  ['scalar \u2028x', null],
  ['empty key', "{None: 'a'}"],
  ['anchor redefined', "{'a': 1, 'b': 1, 'c': 2, 'd': 2}"],
  ['anchor with dots', "{'a': 1, 'b': 1}"],
  ['tab after colon', "{'a': 'b'}"],
  ['tab after dash', "['x']"],
  ['tab before comment', "{'a': 'b'}"],
  ['tab inside plain', "{'a': 'b\\tc'}"],
  ['tab line', "{'a': 1, 'b': 2}"],
]);

function refused(yaml: string): ConfigError | null {
  try {
    loadYaml(yaml, 'config.yaml');
    return null;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

describe("YAML as PyYAML's safe_load reads it", () => {
  it('has the cases', () => {
    expect(cases.length).toBeGreaterThanOrEqual(150);
  });

  it.each(cases.filter((one) => one.error === undefined))('reads $name', (one) => {
    const { value } = loadYaml(one.yaml, 'config.yaml');
    expect(pyRepr(value)).toBe(one.repr);
    expect(pyString(value)).toBe(one.str);
    // Python cannot write every mapping as JSON (dates as keys).
    expect(one.json === null ? null : pyJson(value)).toBe(one.json);
  });

  it.each([...LENIENT])('reads %s although PyYAML does not', (name, repr) => {
    const found = cases.find((one) => one.name === name);
    expect(found?.error).toBeDefined();
    const { value } = loadYaml(found?.yaml ?? '', 'config.yaml');
    expect(repr ?? pyRepr(value)).toBe(pyRepr(value));
  });

  it.each(cases.filter((one) => one.error !== undefined && !LENIENT.has(one.name)))('refuses $name', (one) => {
    const error = refused(one.yaml);
    expect(error?.code).toBe('yaml_syntax');
    expect(error?.message).toMatch(/^config\.yaml:\d+: [^\n]+$/);
  });
});
