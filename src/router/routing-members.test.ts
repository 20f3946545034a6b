import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../protocol/json.ts';
import { asksForWebSearch, type MemberLookup, mocksAsked, overridesAsked, tagsAsked } from './routing-members.ts';

/** A lookup that refuses to be asked twice for one member. */
function members(body: JsonObject): MemberLookup {
  const asked = new Set<string>();
  return (name) => {
    if (asked.has(name)) throw new Error(`${name} is looked up twice`);
    asked.add(name);
    return body[name];
  };
}

describe('overridesAsked', () => {
  it('is nothing where nothing is said', () => {
    expect(overridesAsked(members({ model: 'm', num_retries: null }))).toBeNull();
  });

  it('lays each member over what is beneath it', () => {
    const beneath = { num_retries: 1, max_fallbacks: 2, timeout: 3 };
    expect(overridesAsked(members({ num_retries: 5, disable_fallbacks: true }), beneath)).toMatchObject({
      numRetries: 5,
      maxFallbacks: 2,
      timeoutSeconds: 3,
      disableFallbacks: true,
    });
    expect(beneath.num_retries).toBe(1);
  });
});

describe('tagsAsked', () => {
  it('joins the lists of body and metadata, each tag once, and texts only', () => {
    const body = { tags: ['a', 1], metadata: { tags: ['b', 'a'] }, litellm_metadata: { tags: ['c'] } };
    expect([...tagsAsked(members(body))]).toEqual(['a', 'b', 'c']);
    expect([...tagsAsked(members({ tags: 'a', metadata: 'b', litellm_metadata: null }))]).toEqual([]);
  });
});

describe('asksForWebSearch', () => {
  it.each<[JsonObject, boolean]>([
    [{ web_search_options: {} }, true],
    [{ tools: [{ type: 'function' }, { type: 'web_search_preview' }] }, true],
    [{ tools: [{ type: 'function', function: { name: 'web_search' } }] }, false],
    [{ web_search_options: null, tools: null }, false],
    [{ tools: [null, 'web_search'] }, false],
  ])('%j: %s', (body, expected) => {
    expect(asksForWebSearch(members(body))).toBe(expected);
  });
});

describe('mocksAsked', () => {
  const isYes = (value: unknown): boolean => value === 'yes';

  it('reads switches as it is told to, but of a rate limit only true', () => {
    const body = { mock_testing_fallbacks: 'yes', mock_testing_rate_limit_error: 'yes' };
    expect(mocksAsked(members(body), isYes)).toMatchObject({ fallbacks: true, rateLimit: false });
    expect(mocksAsked(members({ mock_testing_rate_limit_error: true }), isYes)).toMatchObject({ rateLimit: true });
  });

  it('is nothing where none is on', () => {
    expect(mocksAsked(members({ mock_testing_fallbacks: false }), isYes)).toBeNull();
  });
});
