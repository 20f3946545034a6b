import { describe, expect, it } from 'vitest';
import { KnownHosts } from './known-hosts.ts';

const has = (more: string, url: string): boolean => new KnownHosts(more).has(new URL(url));

describe('KnownHosts', () => {
  it.each([
    'https://api.openai.com/v1/chat/completions',
    'https://api.anthropic.com/v1/messages',
    'https://my-resource.openai.azure.com/openai/deployments/x/chat/completions',
    'https://us-central1-aiplatform.googleapis.com/v1/projects',
    'https://bedrock-runtime.eu-west-1.amazonaws.com/model/x/converse',
    'https://api.groq.com/openai/v1',
    'https://openrouter.ai/api/v1',
  ])('knows %s', (url) => {
    expect(has('', url)).toBe(true);
  });

  it.each([
    'https://example.com/',
    'http://localhost:11434/api/chat',
    'https://api.openai.com.example.com/',
    'https://notopenai.azure.com.evil.example/',
    'https://s3.eu-west-1.amazonaws.com/',
    'https://storage.googleapis.com/',
  ])('leaves %s alone', (url) => {
    expect(has('', url)).toBe(false);
  });

  it.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/v1', true],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8081/v1', false],
    ['http://127.0.0.1:8080', 'https://127.0.0.1:8080/v1', false],
    ['127.0.0.1:4000', 'http://127.0.0.1:4000/v1', true],
    ['127.0.0.1:4000', 'https://127.0.0.1:4000/v1', true],
    ['127.0.0.1:4000', 'http://127.0.0.1:4001/v1', false],
    ['127.0.0.1:4000/', 'http://127.0.0.1/v1', false],
    ['localhost:80', 'http://localhost/v1', true],
    ['localhost:80', 'https://localhost/v1', false],
    ['localhost:443', 'https://localhost/v1', true],
    ['127.0.0.1:4000/v1', 'http://127.0.0.1:4001/v1', false],
    ['[::1]:4000', 'http://[::1]:4000/v1', true],
    ['[::1]', 'http://[::1]:4000/v1', true],
    ['llm.internal', 'https://llm.internal:4000/', true],
    ['llm.internal', 'https://sub.llm.internal/', false],
    ['*.llm.internal', 'https://sub.llm.internal/', true],
    [' a.example , LLM.Internal/ ', 'https://a.example/', true],
    ['https://api.openai.com:443/', 'https://api.openai.com/', true],
  ])('with %s: %s %s', (more, url, known) => {
    expect(has(more, url)).toBe(known);
    expect(new KnownHosts(more).unusable).toEqual([]);
  });

  it.each([
    [':::,ht!tp://', [':::', 'ht!tp://']],
    ['*', ['*']],
    ['*.', ['*.']],
    ['https://*.example.com', ['https://*.example.com']],
    ['*.example.com:80', ['*.example.com:80']],
    ['LLM internal, llm.internal', ['LLM internal']],
    ['ftp://llm.internal,host:99999', ['ftp://llm.internal', 'host:99999']],
    [' , ,', []],
  ])('cannot use all of %j', (more, unusable) => {
    expect(new KnownHosts(more).unusable).toEqual(unusable);
  });
});
