import { createHash } from 'node:crypto';
import type { Deployment } from '../../config/snapshot.ts';
import type { ClientCredentials } from './client-credentials.ts';

/** Id of a deployment that a client's own address or key makes: 64 hex digits, the same for the same input. */
export function derivedDeploymentId(group: string, deployment: Deployment, given: ClientCredentials): string {
  return createHash('sha256')
    .update(JSON.stringify([group, deployment.id, given.apiBase, given.apiKey]))
    .digest('hex');
}
