import { describe, expect, it } from 'vitest';
import type { CallerLimits, LimitedCall } from './caller-limits.ts';
import { declaredOutputTokens, describeLimits } from './descriptors.ts';

const shown = (caller: CallerLimits, call: LimitedCall = { model: 'm' }): string[] =>
  describeLimits(caller, call).map(({ key, value, requests, tokens, parallel }) =>
    [key, value, requests ?? '-', tokens ?? '-', parallel ?? '-'].join(' '),
  );

describe('describeLimits', () => {
  it('lists every scope with a limit, in the order in which they are named', () => {
    const caller: CallerLimits = {
      apiKey: { id: 'k', requests: 1, parallel: 2 },
      user: { id: 'u', tokens: 3 },
      team: { id: 't', requests: 4 },
      teamMember: { requests: 5 },
      endUser: { id: 'e', requests: 6, tokens: 7 },
      organization: { id: 'o', requests: 8 },
      projectId: 'p',
      agent: { id: 'g', requests: 9, session: { tokens: 10 } },
      keyMetadata: { model_rpm_limit: { m: 11 }, tag_rpm_limit: { x: 12, y: 13 }, mcp_rpm_limit: { s: 14 } },
      teamMetadata: { model_tpm_limit: { m: 15 }, mcp_rpm_limit: { s: 16 } },
      projectMetadata: { model_rpm_limit: { m: 17 }, model_itpm_limit: { m: 18 }, model_otpm_limit: { m: 19 } },
      organizationMetadata: { model_rpm_limit: { m: 20 } },
      mcpTeams: { z: { s: 21 } },
    };
    expect(shown(caller, { model: 'm', tags: ['y', 'none', 'y'], sessionId: 's1', mcpServer: 's' })).toEqual([
      'api_key k 1 - 2',
      'user u - 3 -',
      'team t 4 - -',
      'team_member t:u 5 - -',
      'end_user e 6 7 -',
      'model_per_key k:m 11 15 -',
      'tag_per_key k:y 13 - -',
      'mcp_per_key k:s 14 - -',
      'mcp_per_team z:s 21 - -',
      'mcp_per_team t:s 16 - -',
      'model_per_team t:m - 15 -',
      'agent g 9 - -',
      'agent_session g:s1 - 10 -',
      'model_per_project p:m 17 - -',
      'model_per_project_itpm p:m - 18 -',
      'model_per_project_otpm p:m - 19 -',
      'organization o 8 - -',
      'model_per_organization o:m 20 - -',
    ]);
  });

  it('is empty without limits, whoever calls', () => {
    expect(shown({})).toEqual([]);
    expect(shown({ apiKey: { id: 'k' }, user: { id: 'u' }, team: { id: 't' }, teamMetadata: {} })).toEqual([]);
  });

  it('keeps a limit of 0', () => {
    expect(shown({ apiKey: { id: 'k', requests: 0 } })).toEqual(['api_key k 0 - -']);
  });

  it('takes limits per model from the first source that has any', () => {
    const call = { model: 'm', deploymentDefaults: { requests: 4 } };
    const budget = { m: { rpm_limit: 2 } };
    const team = { model_rpm_limit: { m: 3 } };
    const ofKey = (caller: CallerLimits) => shown(caller, call).filter((line) => line.startsWith('model_per_key'));
    const apiKey = { id: 'k' };
    const key = (limits: Record<string, number>) => ({ model_rpm_limit: limits });
    const rest = { apiKey, modelMaxBudget: budget, teamMetadata: team };
    expect(ofKey({ ...rest, keyMetadata: key({ m: 1 }) })).toEqual(['model_per_key k:m 1 - -']);
    expect(ofKey({ ...rest, keyMetadata: key({ other: 1 }) })).toEqual([]);
    expect(ofKey({ ...rest, keyMetadata: key({}) })).toEqual(['model_per_key k:m 2 - -']);
    expect(ofKey({ apiKey, teamMetadata: team })).toEqual(['model_per_key k:m 3 - -']);
    expect(ofKey({ apiKey })).toEqual(['model_per_key k:m 4 - -']);
  });

  it('enforces a dynamic limit only while the model fails, and lowers limits of a key over its budget', () => {
    const caller = { apiKey: { id: 'k', requests: 10, tokens: 7 }, keyMetadata: { rpm_limit_type: 'dynamic' } };
    expect(shown(caller)).toEqual(['api_key k - 7 -']);
    expect(shown(caller, { model: 'm', modelHasFailures: () => true })).toEqual(['api_key k 10 7 -']);
    expect(shown({ apiKey: { id: 'k', requests: 10, tokens: 7 }, budgetThrottle: 0.1 })).toEqual(['api_key k 1 1 -']);
  });

  it('does not take what every object has for a limit', () => {
    expect(
      shown({ apiKey: { id: 'k' }, keyMetadata: { model_rpm_limit: { a: 1 } } }, { model: 'constructor' }),
    ).toEqual([]);
  });
});

describe('declaredOutputTokens', () => {
  it('prefers the key over the team, and the model over the default', () => {
    const perModel = { default_estimated_output_tokens_per_model: { m: 1 }, default_estimated_output_tokens: 2 };
    expect(declaredOutputTokens({ keyMetadata: perModel }, 'm')).toBe(1);
    expect(declaredOutputTokens({ keyMetadata: perModel, teamMetadata: perModel }, 'x')).toBe(2);
    expect(declaredOutputTokens({ keyMetadata: {}, teamMetadata: perModel }, 'm')).toBe(1);
    expect(declaredOutputTokens({ keyMetadata: { default_estimated_output_tokens: 0 } }, 'm')).toBe(null);
  });
});
