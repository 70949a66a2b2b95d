// The default script: one lead, one builder, one file, for any objective.
import type { Conversation, Step } from '../conversation.ts';
import type { Asked } from '../request.ts';
import { builder } from './builder.ts';
import { coordinator } from './coordinator.ts';
import { lead } from './lead.ts';

export function answer(asked: Asked, conversation: Conversation): Step {
  switch (asked.role) {
    case 'coordinator':
      return coordinator(conversation);
    case 'lead':
      return lead(asked.agent, conversation);
    case 'builder':
      return builder(asked, conversation);
    case 'side':
      return { say: '{"title":"Scripted","isNewTopic":false}' };
    case 'suggestion':
      return { say: '' };
    default:
      return { say: 'Ready.' };
  }
}
