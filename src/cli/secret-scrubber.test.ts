import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { createSecretScrubber, secretsOf } from './secret-scrubber.ts';

describe('createSecretScrubber', () => {
  it.each([
    ['the key sk-abcdef123456 is wrong', 'the key [secret] is wrong'],
    ['sk-1234', '[secret]'],
    ['authorization: Bearer abc.def-ghi', 'authorization: Bearer [secret]'],
    ['postgres://user:hunter2@db/x', 'postgres://user:[secret]@db/x'],
    ['gsk_aaaaaaaaaaaa', '[secret]'],
    ['AKIAABCDEFGHIJKLMNOP', '[secret]'],
  ])('blanks what looks like a secret: %s', (text, expected) => {
    expect(createSecretScrubber().scrub(text)).toBe(expected);
  });

  it.each(['task-manager sk- is fine', 'http://127.0.0.1:4000/v1', 'bearer of news'])('leaves %s alone', (text) => {
    expect(createSecretScrubber().scrub(text)).toBe(text);
  });

  it('blanks known values, also inside JSON and addresses, the longest first', () => {
    const scrubber = createSecretScrubber();
    scrubber.know(['hush"hush', 'hush"hush-longer', 'a+b(c)*', 'p@ss word', 'short']);
    expect(scrubber.scrub(JSON.stringify({ a: 'hush"hush-longer' }))).toBe('{"a":"[secret]"}');
    expect(scrubber.scrub('x a+b(c)* y ?k=p%40ss%20word')).toBe('x [secret] y ?k=[secret]');
    expect(scrubber.scrub('a short word')).toBe('a short word');
    scrubber.know([]);
    expect(scrubber.scrub('hush"hush')).toBe('hush"hush');
  });
});

describe('secretsOf', () => {
  it('finds keys of deployments, settings and the environment by their names', () => {
    const snapshot = loadConfig({
      text: `
model_list:
  - model_name: m
    litellm_params: {model: openai/gpt-4o, api_key: deployment-key, extra_headers: {Authorization: header-key}}
general_settings: {master_key: the-master-key}
litellm_settings: {cache_params: {type: redis, password: redis-password, host: somewhere}}
`,
      env: new Map([
        ['OPENAI_API_KEY', 'environment-key'],
        ['KEYBOARD', 'english'],
      ]),
    });
    const found = secretsOf(snapshot);
    for (const secret of ['deployment-key', 'header-key', 'the-master-key', 'redis-password', 'environment-key']) {
      expect(found).toContain(secret);
    }
    expect(found.has('english') || found.has('somewhere')).toBe(false);
  });
});
