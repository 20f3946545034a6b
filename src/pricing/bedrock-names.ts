/**
 * Model names of AWS Bedrock, cut down to what a price map lists: routing words, ARNs, throughput and context suffixes
 * and region prefixes go.
 */
const ROUTE_WORDS = ['bedrock/', 'converse/', 'invoke/', 'openai/', 'nova-2/', 'nova/'];
const NOVA_LEADS = ['bedrock/converse/', 'bedrock/', 'converse/'];
const CROSS_REGION_LEADS: ReadonlySet<string> = new Set(['global', 'us', 'eu', 'apac', 'jp', 'au', 'us-gov']);
const REGIONS: ReadonlySet<string> = new Set(
  (
    'us-east-1 us-east-2 us-west-1 us-west-2 us-gov-east-1 us-gov-west-1 eu-west-1 eu-west-2 eu-west-3 eu-central-1 ' +
    'eu-central-2 eu-south-1 eu-south-2 eu-north-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ' +
    'ap-southeast-1 ap-southeast-2 ca-central-1 sa-east-1'
  ).split(' '),
);

/** LiteLLM-compat: each word is looked at once and in this order, so `invoke/converse/x` keeps `converse/`. */
export function withoutBedrockRoute(model: string): string {
  let name = model;
  for (const word of ROUTE_WORDS) if (name.startsWith(word)) name = name.slice(word.length);
  return name;
}

export function bedrockBaseModel(model: string): string {
  const lead = NOVA_LEADS.find((candidate) => model.startsWith(candidate));
  const afterLead = lead === undefined ? model : model.slice(lead.length);
  if (afterLead.startsWith('nova-2/')) return 'amazon.nova-2-custom';
  if (afterLead.startsWith('nova/')) return 'amazon.nova-custom';

  let name = withoutBedrockRoute(model);
  if (name.toLowerCase().includes('arn')) name = name.slice(name.lastIndexOf('/') + 1);
  name = name.replace(/(:\d+):\d+k$/, '$1').replace(/\[\w+\]$/, '');

  const dot = name.indexOf('.');
  if (dot > 0 && CROSS_REGION_LEADS.has(name.slice(0, dot))) return name.slice(dot + 1);
  const slash = name.indexOf('/');
  if (slash > 0 && REGIONS.has(name.slice(0, slash))) return name.slice(slash + 1);
  return name;
}
