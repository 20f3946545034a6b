import { describe, expect, test } from 'vitest';
import { AssembledGateway, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';

const ROUTE = '/v1/audio/transcriptions';

function gateway(): AssembledGateway {
  return new AssembledGateway({ deployments: [openaiDeployment({ model: 'openai/whisper-1' })] });
}

async function post(to: AssembledGateway, form: FormData, cut = 0): Promise<FakeExchange> {
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  return to.request({
    method: 'POST',
    target: ROUTE,
    headers: { authorization: 'Bearer sk-1234', 'content-type': encoded.headers.get('content-type') ?? '' },
    body: [body.subarray(0, 20), body.subarray(20, body.length - cut)],
  });
}

/** The form is read asynchronously: until the request was sent or refused. */
async function settled(to: AssembledGateway, exchange: FakeExchange): Promise<void> {
  await expect.poll(() => to.upstream.calls.length > 0 || exchange.ended).toBe(true);
}

function form(fields: Readonly<Record<string, string | File>>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  return made;
}

describe('MultipartCall', () => {
  test('sends the file on and answers with what the provider says', async () => {
    const to = gateway();
    const exchange = await post(to, form({ model: 'group', file: new File(['RIFF'], 'a.wav') }));
    await settled(to, exchange);
    const sent = to.upstream.only;
    expect([sent.request.path, sent.text.includes('RIFF'), sent.text.includes('group')]).toEqual([ROUTE, true, false]);
    expect(sent.header('content-type')).toMatch(/^multipart\/form-data/);
    sent.answer(200, { text: 'hello', duration: 1.5 });
    expect([exchange.status, exchange.json]).toEqual([200, expect.objectContaining({ text: 'hello' })]);
  });

  test.each([['file', form({ model: 'group' })]])('answers 422 without %s, as FastAPI', async (name, given) => {
    const to = gateway();
    const exchange = await post(to, given);
    await settled(to, exchange);
    expect([exchange.status, exchange.json]).toEqual([
      422,
      { detail: [{ type: 'missing', loc: ['body', name], msg: 'Field required', input: null }] },
    ]);
    expect(to.upstream.calls).toHaveLength(0);
  });

  test('a form that is cut and one that is none are refused with 400', async () => {
    const to = gateway();
    const cut = await post(to, form({ model: 'group', file: new File(['x'.repeat(500)], 'a.wav') }), 300);
    const json = to.post(ROUTE, { model: 'group' });
    await settled(to, cut);
    await settled(to, json);
    expect([cut.status, json.status]).toEqual([400, 400]);
    expect(to.upstream.calls).toHaveLength(0);
  });

  test('takes parameters of a fallback entry, and never sends its key to the provider', async () => {
    const deployments = [
      openaiDeployment({ cooldown_time: 0 }),
      openaiDeployment({ model: 'openai/whisper-1' }, 'other'),
    ];
    const target = { model: 'other', language: 'de', api_key: 'sk-canary', num_retries: 3 };
    const to = new AssembledGateway({ deployments, routerRaw: { fallbacks: [{ group: [target] }] } });
    await post(to, form({ model: 'group', file: new File(['RIFF'], 'a.wav') }));
    await expect.poll(() => to.upstream.calls.length).toBe(1);
    to.upstream.calls[0]?.answer(500, { error: { message: 'no' } });
    await expect.poll(() => to.upstream.calls.length).toBe(2);
    const text = to.upstream.calls[1]?.text ?? '';
    expect([text.includes('language'), text.includes('canary'), text.includes('num_retries')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("a client's own address in a form is refused like in JSON", async () => {
    const to = gateway();
    const exchange = await post(
      to,
      form({ model: 'group', file: new File(['x'], 'a.wav'), api_base: 'http://evil.test' }),
    );
    await settled(to, exchange);
    expect([exchange.status, exchange.text]).toEqual([401, expect.stringContaining('api_base is not allowed')]);
  });

  test('a body above the limit is refused with 413', () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment()], general: { maxRequestBytes: 10 } });
    expect(to.post(ROUTE, 'x'.repeat(11)).status).toBe(413);
  });
});
