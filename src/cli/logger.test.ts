import { describe, expect, it } from 'vitest';
import { createLogger, formatLine, parseLogLevel } from './logger.ts';
import { createSecretScrubber } from './secret-scrubber.ts';

function logged(
  json: boolean,
  level: 'info' | 'debug' = 'info',
): { log: ReturnType<typeof createLogger>; lines: string[] } {
  const lines: string[] = [];
  const scrubber = createSecretScrubber();
  scrubber.know(['canary-value']);
  return { log: createLogger({ level, json, scrubber, sink: { write: (line) => lines.push(line) } }), lines };
}

describe('createLogger', () => {
  it('writes one readable line of text', () => {
    const { log, lines } = logged(false);
    log.warn({ model: 'gpt-4o', note: 'two words' }, 'careful');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} WARN careful model=gpt-4o note="two words"\n$/);
  });

  it('writes JSON lines with --json-logs', () => {
    const { log, lines } = logged(true);
    log.info({ url: 'http://x' }, 'listening');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 30, msg: 'listening', url: 'http://x' });
  });

  it('keeps to the level', () => {
    const { log, lines } = logged(false);
    log.debug('quiet');
    expect(lines).toEqual([]);
  });

  it.each([true, false])('never writes a secret (json: %s)', (json) => {
    const { log, lines } = logged(json);
    log.error({ api_key: 'never-seen-before', headers: { authorization: 'other-unseen' } }, 'key canary-value');
    log.error({ err: new Error('refused canary-value and sk-aaaaaaaa') }, 'failed');
    const text = lines.join('');
    expect(text).toContain('[secret]');
    expect(text).not.toMatch(/canary-value|never-seen-before|other-unseen|sk-aaaaaaaa/);
  });

  it('does not let a message forge a second line', () => {
    const { log, lines } = logged(false);
    log.info('one\n2026-01-01 ERROR two\u001b[31m');
    expect(lines.join('').trimEnd().split('\n')).toHaveLength(1);
    expect(lines.join('')).not.toContain('\u001b');
  });
});

describe('formatLine', () => {
  it('puts a stack on lines of its own and passes on what is no JSON', () => {
    const line = JSON.stringify({ level: 50, time: 0, msg: 'm', err: { message: 'x', stack: 'Error: x\n  at y' } });
    expect(formatLine(line)).toBe('1970-01-01 00:00:00.000 ERROR m\n  Error: x\n    at y\n');
    expect(formatLine('plain\n')).toBe('plain\n');
  });
});

describe('parseLogLevel', () => {
  it('knows the names of Python and of pino', () => {
    expect(['DEBUG', 'WARNING', 'critical', 'info', 'loud'].map(parseLogLevel)).toEqual([
      'debug',
      'warn',
      'error',
      'info',
      undefined,
    ]);
  });
});
