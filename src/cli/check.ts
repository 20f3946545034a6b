/** `fast-litellm check`: what of a file is served natively, handed to the fallback, or ignored. */
import type { ConfigFinding, ConfigSnapshot, KeyTreatment } from '../config/snapshot.ts';

const HEADINGS: readonly (readonly [KeyTreatment, string])[] = [
  ['served', 'Served natively'],
  ['fallback', 'Handed to the fallback (501 without one)'],
  ['ignored', 'Ignored'],
];

export interface CheckOptions {
  readonly strict: boolean;
  readonly json: boolean;
}

export interface CheckResult {
  readonly text: string;
  readonly exitCode: 0 | 1;
}

export function checkReport(snapshot: ConfigSnapshot, options: CheckOptions): CheckResult {
  const strictFails = options.strict && snapshot.findings.some((finding) => finding.treatment !== 'served');
  const text = options.json ? jsonReport(snapshot, !strictFails) : textReport(snapshot, options.strict);
  return { text, exitCode: strictFails ? 1 : 0 };
}

function jsonReport(snapshot: ConfigSnapshot, ok: boolean): string {
  const report = {
    config: snapshot.source,
    ok,
    deployments: snapshot.deployments.length,
    findings: snapshot.findings,
    restrictions: snapshot.restrictions,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function textReport(snapshot: ConfigSnapshot, strict: boolean): string {
  const lines = [`${snapshot.source ?? 'config'}: ${snapshot.deployments.length} deployments`];
  const keys = snapshot.findings.filter(({ kind }) => kind === 'key');
  for (const [treatment, heading] of HEADINGS) {
    const rows = keys.filter((finding) => finding.treatment === treatment);
    if (rows.length > 0) lines.push('', `${heading}: ${rows.length}`, ...rows.map(findingLine));
  }
  const warnings = snapshot.findings.filter(({ kind }) => kind === 'warning');
  if (warnings.length > 0) lines.push('', `Warnings: ${warnings.length}`, ...warnings.map(findingLine));
  const open = snapshot.findings.filter(({ treatment }) => treatment !== 'served').length;
  lines.push('', open === 0 ? 'Everything in this file is served natively.' : summary(open, strict));
  return `${lines.join('\n')}\n`;
}

function findingLine({ key, note }: ConfigFinding): string {
  return `  ${key}${note === '' ? '' : `: ${note}`}`;
}

function summary(open: number, strict: boolean): string {
  const what = open === 1 ? '1 key is' : `${open} keys are`;
  return `${what} not served natively${strict ? ' (--strict: exit code 1)' : ''}.`;
}
