/** The bytes and headers that the chosen deployment gets. Pure; throws a GatewayError for what it cannot be asked. */
import type { JsonValue } from '../../protocol/json.ts';
import type { Exchange, HeaderList } from '../../wire/contract.ts';
import type { CompiledTarget } from './compiled-deployments.ts';
import { clientHeaders, extraHeaders } from './forwarded-headers.ts';
import type { LlmPipeline } from './pipeline.ts';
import { fieldValue, findField, type RequestFields } from './request-fields.ts';
import type { RoutedRequest } from './route-attempt.ts';
import { buildUpstreamBody } from './upstream-body.ts';

export interface PreparedRequest {
  readonly path: string;
  readonly headers: HeaderList;
  readonly body: readonly Buffer[];
  readonly bodyLength: number;
}

/** @throws GatewayError */
export function prepareRequest(pipeline: LlmPipeline, exchange: Exchange, routed: RoutedRequest): PreparedRequest {
  const { target, fields } = routed;
  const dropParams = fields.dropParams === null ? null : fieldValue(fields, fields.dropParams) === true;
  const body = buildUpstreamBody(fields, target, {
    stream: routed.stream,
    dropParams,
    responseIds: pipeline.responseIds,
    outputCap: routed.outputCap,
  });
  return {
    path: withApiVersion(target.path, fields, exchange),
    headers: requestHeaders(pipeline, fields, exchange, target),
    body: body.chunks,
    bodyLength: body.length,
  };
}

function requestHeaders(
  pipeline: LlmPipeline,
  fields: RequestFields,
  exchange: Exchange,
  target: CompiledTarget,
): HeaderList {
  const extra = findField(fields.scan, 'extra_headers');
  const forward = pipeline.state.snapshot.general.forwardClientHeaders;
  if (extra === undefined && !forward) return target.jsonHeaders;
  return [
    ...target.jsonHeaders,
    ...(forward ? clientHeaders(exchange.headers()) : []),
    ...(extra === undefined ? [] : extraHeaders(fieldValue(fields, extra))),
  ];
}

/** Azure clients may choose the API version of their own request, in the query or the body. */
function withApiVersion(path: string, fields: RequestFields, exchange: Exchange): string {
  const mark = path.indexOf('api-version=');
  if (mark < 0) return path;
  const field = findField(fields.scan, 'api_version');
  const fromBody: JsonValue = field === undefined ? null : fieldValue(fields, field);
  const wanted = typeof fromBody === 'string' ? fromBody : new URLSearchParams(exchange.query).get('api-version');
  if (wanted === null || wanted === '') return path;
  const end = path.indexOf('&', mark);
  return `${path.slice(0, mark)}api-version=${encodeURIComponent(wanted)}${end < 0 ? '' : path.slice(end)}`;
}
