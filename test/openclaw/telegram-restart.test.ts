// The same as telegram.test.ts, and the gateway is restarted while the plan waits.
import { describe } from 'vitest';
import { aConversationIn } from '../support/chat-conversation.ts';
import { inTelegram } from '../support/mock-telegram.ts';

describe('a conversation in Telegram', () => aConversationIn(inTelegram, { restart: true }));
