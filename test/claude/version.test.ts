// The version that is tried here is the one that is installed and recommended.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { recommendedClaude } from '../../src/overstory/pairs.ts';

it.each([
  ['package.json', /"@anthropic-ai\/claude-code": "(.*)"/],
  ['containers/Dockerfile', /ARG CLAUDE_CODE=(.*)/],
  ['docker-compose.yaml', /\$\{CLAUDE_CODE:-(.*)\}/],
] as const)('%s names the Claude Code that `fleet doctor` recommends', (file, named) => {
  expect(named.exec(readFileSync(file, 'utf8'))?.[1]).toBe(recommendedClaude);
});
