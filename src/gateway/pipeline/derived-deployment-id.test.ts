import { describe, expect, test } from 'vitest';
import { deployment } from '../../../test/support/snapshot.ts';
import { derivedDeploymentId } from './derived-deployment-id.ts';

const ONE = deployment('one', 'group', { model: 'openai/gpt-4o' });

describe('derivedDeploymentId', () => {
  test('is the same for the same input and another one for any other', () => {
    const ids = [
      derivedDeploymentId('group', ONE, { apiBase: null, apiKey: 'k' }),
      derivedDeploymentId('group', ONE, { apiBase: 'k', apiKey: null }),
      derivedDeploymentId('groupk', ONE, { apiBase: null, apiKey: '' }),
      derivedDeploymentId('group', { ...ONE, id: 'two' }, { apiBase: null, apiKey: 'k' }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(derivedDeploymentId('group', ONE, { apiBase: null, apiKey: 'k' })).toBe(ids[0]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{64}$/);
  });
});
