/** `fast-litellm check config.yaml`: what of a file is served natively, handed to the fallback, or ignored. */
import { ConfigError } from './config-error.ts';
import type { Environment } from './environment.ts';
import { loadConfig } from './load.ts';
import { servingLines, type Serving } from './serving.ts';
import type { ConfigFinding, ConfigSnapshot, Deployment, JsonObject, Restriction } from './snapshot.ts';

export interface CheckOptions {
  /** Why a deployment cannot be served natively, null when it can; from the provider catalogue. */
  notNative?(deployment: Deployment): string | null;
  /** Reads what the start reads beyond the configuration itself. @throws ConfigError where the start would be refused */
  verify?(snapshot: ConfigSnapshot): void;
  /** Who serves what with a LiteLLM behind the gateway; left out: none is asked for. */
  serving?(snapshot: ConfigSnapshot): Serving;
  /** Replaces the file, for tests. */
  readonly text?: string;
}

interface NotNativeDeployment {
  readonly modelName: string;
  readonly model: string;
  readonly reason: string;
}

export interface CheckReport {
  readonly path: string;
  /** The one line with which the file was refused; then everything else is empty. */
  readonly error: string | null;
  readonly deployments: number;
  readonly notNativeDeployments: readonly NotNativeDeployment[];
  readonly served: readonly ConfigFinding[];
  readonly fallback: readonly ConfigFinding[];
  readonly ignored: readonly ConfigFinding[];
  readonly warnings: readonly ConfigFinding[];
  readonly restrictions: readonly Restriction[];
  /** null: no LiteLLM stands behind the gateway. */
  readonly serving: Serving | null;
}

function emptyReport(path: string, error: string): CheckReport {
  const none = { notNativeDeployments: [], served: [], fallback: [], ignored: [], warnings: [], restrictions: [] };
  return { path, error, deployments: 0, ...none, serving: null };
}

function reportOf(path: string, snapshot: ConfigSnapshot, options: CheckOptions): CheckReport {
  const keys = snapshot.findings.filter((finding) => finding.kind === 'key');
  const warnings = snapshot.findings.filter((finding) => finding.kind === 'warning');
  // A value that counts as something else than what is written is not served as written.
  const isDoubted = (key: string): boolean => warnings.some((warning) => concerns(warning.key, key));
  const notNativeDeployments = snapshot.deployments.flatMap((deployment) => {
    const reason = options.notNative?.(deployment) ?? null;
    return reason === null ? [] : [{ modelName: deployment.modelName, model: deployment.model, reason }];
  });
  return {
    path,
    error: null,
    deployments: snapshot.deployments.length,
    notNativeDeployments,
    served: keys.filter(({ key, treatment }) => treatment === 'served' && !isDoubted(key)),
    fallback: keys.filter((finding) => finding.treatment === 'fallback'),
    ignored: keys.filter((finding) => finding.treatment === 'ignored'),
    warnings,
    restrictions: snapshot.restrictions,
    serving: options.serving?.(snapshot) ?? null,
  };
}

/** Whether a warning is about a key, or about something below it. A section is served but for the keys that are told. */
function concerns(warned: string, key: string): boolean {
  if (warned === key) return true;
  return key.includes('.') && warned.startsWith(key) && /^[.[]/.test(warned.slice(key.length));
}

/** Never throws for a faulty file: the report says so. */
export function checkConfig(path: string, env: Environment, options: CheckOptions = {}): CheckReport {
  try {
    const text = options.text === undefined ? {} : { text: options.text };
    const snapshot = loadConfig({ path, env, ...text });
    options.verify?.(snapshot);
    return reportOf(path, snapshot, options);
  } catch (error) {
    if (error instanceof ConfigError) return emptyReport(path, error.message);
    throw error;
  }
}

/** 1 for a refused file, and with `strict` for anything that is not served as written, by whomever. */
export function checkExitCode(report: CheckReport, strict: boolean): 0 | 1 {
  if (report.error !== null) return 1;
  const notNative = report.serving === null ? [report.fallback, report.notNativeDeployments] : [];
  const unserved = [report.ignored, report.warnings, ...notNative];
  return strict && unserved.some((list) => list.length > 0) ? 1 : 0;
}

function lines(title: string, rows: readonly string[]): readonly string[] {
  return rows.length === 0 ? [] : ['', `${title} (${rows.length})`, ...rows.map((row) => `  ${row}`)];
}

/** For people: groups in the order of what needs attention. Restrictions are marked with `!`. */
export function renderCheckText(report: CheckReport): string {
  if (report.error !== null) return `${report.error}\n`;
  const restricting = new Set(report.restrictions.map((restriction) => restriction.key));
  const row = (finding: ConfigFinding): string => {
    return `${restricting.has(finding.key) ? '! ' : '  '}${finding.key}: ${finding.note}`;
  };
  const elsewhere = report.serving === null ? 'get 501' : 'go to LiteLLM';
  const natively = report.deployments - report.notNativeDeployments.length;
  const text = [
    `${report.path}: ${natively} of ${report.deployments} deployments are served natively`,
    ...lines('Warnings', report.warnings.map(row)),
    ...lines(
      `Deployments not served natively: their requests ${elsewhere}`,
      report.notNativeDeployments.map(({ modelName, model, reason }) => `  ${modelName} (${model}): ${reason}`),
    ),
    ...lines(`Not served natively yet; ! restricts: the requests concerned ${elsewhere}`, report.fallback.map(row)),
    ...lines('Ignored', report.ignored.map(row)),
    ...lines(
      'Natively served',
      report.served.map((finding) => `  ${finding.key}`),
    ),
    ...(report.serving === null ? [] : servingLines(report.serving)),
  ];
  return `${text.join('\n')}\n`;
}

/** For programs: the report as one JSON document. */
export function renderCheckJson(report: CheckReport, strict: boolean): string {
  const pick = ({ key, note }: ConfigFinding): JsonObject => ({ key, note });
  const restricting = new Set(report.restrictions.map((restriction) => restriction.key));
  const body = {
    path: report.path,
    ok: checkExitCode(report, strict) === 0,
    error: report.error,
    deployments: report.deployments,
    not_native_deployments: report.notNativeDeployments,
    served: report.served.map(pick),
    fallback: report.fallback.map((finding) => ({ ...pick(finding), restricts: restricting.has(finding.key) })),
    ignored: report.ignored.map(pick),
    warnings: report.warnings.map(pick),
    ...(report.serving === null ? {} : { serving: report.serving }),
  };
  return `${JSON.stringify(body, null, 2)}\n`;
}
