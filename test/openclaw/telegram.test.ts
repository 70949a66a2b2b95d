// Telegram, bundled in OpenClaw, against a stand-in of its Bot API.
import { describe } from 'vitest';
import { aConversationIn } from '../support/chat-conversation.ts';
import { inTelegram } from '../support/mock-telegram.ts';

describe('a conversation in Telegram', () => aConversationIn(inTelegram, { restart: false }));
