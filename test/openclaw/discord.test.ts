// Discord, by the plugin that OpenClaw installs from npm, against a stand-in of its REST API and its gateway.
import { describe } from 'vitest';
import { installChatPlugin } from '../../src/openclaw/chat-plugins.ts';
import { discord } from '../../src/openclaw/chats/discord.ts';
import { aConversationIn } from '../support/chat-conversation.ts';
import { inDiscord } from '../support/mock-discord.ts';

describe('a conversation in Discord', () =>
  aConversationIn(
    () => inDiscord((stateDir) => installChatPlugin({ plugin: discord.plugin as string, stateDir })),
    { restart: true },
  ));
