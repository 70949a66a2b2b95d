// A look into a product: its files or its log, as they are.
import type { LookReply } from '../contract/runtime/look.ts';
import { paragraphs, type Surface, sentence } from './layout.ts';
import { capped } from './objective.ts';
import { block, fence } from './sanitise.ts';

const chatChars = 3000;

export function lookText(surface: Surface, reply: LookReply): string {
  if (reply.text.trim() === '') return 'Nothing there.';
  return paragraphs(
    surface.kind === 'chat' ? fence(capped(reply.text, chatChars)) : block(reply.text),
    reply.truncated ? sentence(surface, '… there is more than is shown.', 'warn') : '',
  );
}
