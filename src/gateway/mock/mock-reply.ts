/** A mock's answer for a route family; a failure that the mock asks for is thrown like a provider's. */
import type { MockContext, MockReply } from './mock-context.ts';
import { mockChat } from './mock-chat.ts';
import { embeddingFailure, namedFailure, timeoutFailure } from './mock-failures.ts';
import { mockEmbeddings, mockImage, mockMessages } from './mock-other-families.ts';
import type { MockPlan } from './mock-plan.ts';
import { mockResponses } from './mock-responses.ts';
import { mockTextCompletion } from './mock-text-completion.ts';

/** Call after the plan's wait. @throws GatewayError */
export function mockReply(plan: MockPlan, context: MockContext): MockReply {
  if (plan.timesOut) throw timeoutFailure(plan);
  switch (plan.family) {
    case 'chat':
    case 'completions':
    case 'messages': {
      const failure = namedFailure(plan.response, context.stream);
      if (failure !== null) throw failure;
      if (plan.family === 'messages') return mockMessages(plan.response, context);
      return plan.family === 'chat' ? mockChat(plan, context) : mockTextCompletion(plan, context);
    }
    case 'embeddings': {
      const failure = embeddingFailure(plan.response);
      if (failure !== null) throw failure;
      return mockEmbeddings(plan.response, context);
    }
    case 'images.generations':
      return mockImage(plan.response, context);
    case 'responses':
      return mockResponses(plan.response, context);
    case 'moderations':
    case 'images.edits':
    case 'audio.transcriptions':
    case 'audio.speech':
    case 'rerank':
      // mockPlan makes no plan for these.
      throw new Error(`no mock answers the family ${plan.family}`);
  }
}
