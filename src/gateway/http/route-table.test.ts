import { describe, expect, it } from 'vitest';
import { RouteTable } from './route-table.ts';
import type { RouteDefinition } from '../contract.ts';

const route = (methods: string, path: string): RouteDefinition => ({
  methods: methods.split(' '),
  path,
  family: 'test',
  access: 'key',
  handler: () => undefined,
});

const table = new RouteTable([
  route('GET', '/v1/models'),
  route('POST', '/v1/files'),
  route('GET', '/v1/files'),
  route('GET', '/v1/models/{model_id}'),
  route('GET HEAD', '/'),
  route('GET', '/ui/'),
  route('GET', '/health/liveliness'),
  route('OPTIONS', '/health/liveliness'),
  route('POST', '/v1/responses/{response_id}/cancel'),
  route('GET', '/v1/responses/{response_id}'),
  route('POST', '/engines/{model:path}/chat/completions'),
  route('POST', '/engines/{model:path}/embeddings'),
  route('GET POST', '/anthropic/{endpoint:path}'),
  route('GET', '/v1/files/content'),
  route('DELETE', '/v1/files/{file_id}'),
  route('POST', '/v1beta/models/{model}:generateContent'),
  route('POST', '/v1beta/models/{model}:countTokens'),
]);

function brief(method: string, path: string): string {
  const match = table.match(method, path);
  if (match.kind === 'matched') {
    const params = [...match.pathParams].map(([name, value]) => ` ${name}=${value}`).join('');
    return match.route.path + params;
  }
  if (match.kind === 'method-not-allowed') return `405 ${match.allow}`;
  return match.kind === 'redirect' ? `307 ${match.path}` : '404';
}

describe('RouteTable', () => {
  it.each([
    ['GET', '/v1/models', '/v1/models'],
    ['POST', '/v1/models', '405 GET'],
    ['OPTIONS', '/v1/models', '405 GET'],
    ['HEAD', '/v1/models', '405 GET'],
    ['HEAD', '/', '/'],
    ['PUT', '/v1/files', '405 POST'],
    ['OPTIONS', '/health/liveliness', '/health/liveliness'],
    ['HEAD', '/health/liveliness', '405 GET'],
    ['GET', '/v1/models/gpt-4o', '/v1/models/{model_id} model_id=gpt-4o'],
    ['GET', '/v1/models/a%20b', '/v1/models/{model_id} model_id=a b'],
    ['GET', '/v1/models/openai%2Fgpt', '404'],
    ['GET', '/v1/models/openai/gpt', '404'],
    ['POST', '/v1/responses/r1/cancel', '/v1/responses/{response_id}/cancel response_id=r1'],
    ['GET', '/v1/responses/r1/cancel', '405 POST'],
    ['POST', '/engines/gpt-4o/chat/completions', '/engines/{model:path}/chat/completions model=gpt-4o'],
    ['POST', '/engines/openai/gpt-4o/chat/completions', '/engines/{model:path}/chat/completions model=openai/gpt-4o'],
    ['POST', '/engines/a/embeddings', '/engines/{model:path}/embeddings model=a'],
    ['POST', '/engines/chat/completions', '404'],
    ['GET', '/anthropic/v1/messages', '/anthropic/{endpoint:path} endpoint=v1/messages'],
    ['PATCH', '/anthropic/v1/messages', '405 GET, POST'],
    ['GET', '/v1/files/content', '/v1/files/content'],
    ['POST', '/v1beta/models/g:generateContent', '/v1beta/models/{model}:generateContent model=g'],
    ['POST', '/v1beta/models/a:b:countTokens', '/v1beta/models/{model}:countTokens model=a:b'],
    ['POST', '/v1beta/models/a/b:countTokens', '404'],
    ['GET', '/v1beta/models/g:generateContent', '405 POST'],
    ['DELETE', '/v1/files/content', '/v1/files/{file_id} file_id=content'],
    ['GET', '/v1/files/other', '405 DELETE'],
  ])('%s %s', (method, path, expected) => {
    expect(brief(method, path)).toBe(expected);
  });

  it.each([
    ['//v1/models', '404'],
    ['/v1//models', '404'],
    ['/V1/models', '404'],
    ['/v1/models;x', '404'],
    ['/v1/models;/x', '404'],
    ['/health/../v1/models', '404'],
    ['/./v1/models', '404'],
    ['/v1/%6dodels', '/v1/models'],
    ['/v1%2fmodels', '/v1/models'],
    ['/v1/models%00', '404'],
    ['/v1/%zz', '404'],
    ['/v1/%c0%af', '404'],
    ['/v1/models/', '307 /v1/models'],
    ['/v1/models%2F', '307 /v1/models'],
    ['/ui', '307 /ui/'],
    ['/v1/nope/', '404'],
    ['//', '404'],
    ['', '404'],
    ['*', '404'],
    ['http://other.host/v1/models', '404'],
  ])('spelling %s', (path, expected) => {
    expect(brief('GET', path)).toBe(expected);
  });

  it('never redirects to another host', () => {
    for (const path of ['//ui', '///ui', '/\\ui', '//v1/models/', '/%2Fv1/models/', '/%5Cui'])
      expect(brief('GET', path)).toBe('404');
  });

  it('stays bounded on thousands of segments', () => {
    expect(brief('GET', '/a'.repeat(8000))).toBe('404');
    expect(brief('GET', `/anthropic${'/a'.repeat(200)}`)).toContain('endpoint=a/a');
  });

  it('refuses two routes for one method and path', () => {
    expect(() => new RouteTable([route('GET', '/a'), route('GET POST', '/a')])).toThrow('two routes for GET /a');
    expect(() => new RouteTable([route('GET', '/a/{x'), route('GET', '/b')])).toThrow('unreadable template');
  });
});
