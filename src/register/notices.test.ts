import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Notices } from './notices.ts';

const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
beforeEach(() => warn.mockClear());
afterEach(() => warn.mockClear());

describe('Notices', () => {
  it('says each thing once', () => {
    const notices = new Notices();
    for (const message of ['one', 'two', 'one']) notices.say('TEST', message);
    expect(warn.mock.calls).toEqual(
      ['one', 'two'].map((message) => [message, { type: 'FastLitellmWarning', code: 'FAST_LITELLM_TEST' }]),
    );
  });

  it('names all misspelt variables at once, and the words of FAST_LITELLM_STATUS', () => {
    const notices = new Notices();
    notices.sayMisspelt([
      { name: 'FAST_LITELLM_ORIGIN', meant: 'FAST_LITELLM_ORIGINS' },
      { name: 'FAST_LITELLM_STATUSS', meant: 'FAST_LITELLM_STATUS' },
    ]);
    notices.sayUnknownFormat();
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      'FAST_LITELLM_ORIGIN means nothing; did you mean FAST_LITELLM_ORIGINS? ' +
        'FAST_LITELLM_STATUSS means nothing; did you mean FAST_LITELLM_STATUS?',
      expect.stringMatching(/^FAST_LITELLM_STATUS is neither exit nor json/),
    ]);
  });

  it('shows entries of FAST_LITELLM_ORIGINS that are no origins, but no passwords', () => {
    new Notices().sayUnusableOrigins(['*', 'ftp://user:secret@host']);
    const [message] = warn.mock.calls[0] ?? [];
    expect(message).toMatch(/^FAST_LITELLM_ORIGINS: no origin is "\*", one with an @; .+ Write .+127\.0\.0\.1:8000/);
    expect(message).not.toContain('secret');
  });
});
