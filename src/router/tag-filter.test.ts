import { describe, expect, it } from 'vitest';
import { pickable, testRouter } from '../../test/support/router.ts';
import { NO_OVERRIDES } from './read-settings.ts';
import { routingRequest } from './routing-request.ts';

const tagged = [
  { id: 'free', params: { tags: ['free', 'x'] } },
  { id: 'paid', params: { tags: ['paid', 'x', 'eu'] } },
  { id: 'def', params: { tags: ['default'] } },
  { id: 'agent', params: { tag_regex: ['^User-Agent: cli/', '(broken'] } },
];

describe('tags', () => {
  it.each<[string, readonly string[] | null, boolean, readonly string[]]>([
    ['any', ['free', 'paid'], true, ['free', 'paid']],
    ['all', ['paid', 'x'], false, ['paid']],
    ['all, none has all', ['paid', 'free'], false, ['none']],
    ['unknown to the group', ['other'], true, ['def']],
    ['none', [], true, ['def']],
    ['no tags at all', null, true, ['def']],
    ['excluded', ['x', '!eu'], true, ['free']],
    ['required', ['&x', '&eu'], true, ['paid']],
    ['required and impossible', ['&free', '&eu'], true, ['none']],
    ['excluded default', ['!default'], true, ['none']],
  ])('%s', (_name, tags, matchAny, expected) => {
    const { core } = testRouter(tagged, { router: { enable_tag_filtering: true, tag_filtering_match_any: matchAny } });
    expect(pickable(core, { tags })).toEqual(expected);
  });

  it('matches the user agent', () => {
    const { core } = testRouter(tagged, { router: { enable_tag_filtering: true } });
    expect(pickable(core, { userAgent: 'cli/1.2' })).toEqual(['agent']);
    expect(pickable(core, { userAgent: 'curl' })).toEqual(['def']);
  });

  it('can be switched on by a request, a key or a team, but not off', () => {
    const overrides = { ...NO_OVERRIDES, enableTagFiltering: true };
    expect(pickable(testRouter(tagged).core, { tags: ['free'], overrides })).toEqual(['free']);
    const always = testRouter(tagged, { router: { enable_tag_filtering: true } }).core;
    expect(pickable(always, { tags: ['free'], overrides: NO_OVERRIDES })).toEqual(['free']);
  });

  it('refuses with 401 and is not asked twice', () => {
    const { core } = testRouter(tagged.slice(0, 2), { router: { enable_tag_filtering: true, num_retries: 3 } });
    expect(core.route(routingRequest('g', { tags: ['nope'] })).next()).toMatchObject({
      kind: 'give-up',
      outcome: {
        error: {
          status: 401,
          message: "Not allowed to access model due to tags configuration. Passed model=g and tags=['nope']",
        },
      },
    });
  });
});
