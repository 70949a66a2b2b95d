#!/usr/bin/env bash
# Claude Code 2.1.112: its transcript (~/.claude/projects/*/*.jsonl) has a line per content block, and each line carries
# the usage of the whole reply. Adding the lines up counts a reply as often as it has blocks; count each message id once.
set -euo pipefail
export npm_config_update_notifier=false
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund @anthropic-ai/claude-code@2.1.112
cat >model.mjs <<'JS'
// A model that runs one command, then ends; each request it got is a line of requests.jsonl.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
let asked = 0;
createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const raw = Buffer.concat(chunks).toString();
  if (request.method !== 'POST' || !request.url.startsWith('/v1/messages?')) return response.end('{}');
  const { model, tools } = JSON.parse(raw);
  if (tools?.length > 0) {
    asked += 1;
    appendFileSync('requests.jsonl', `${raw}\n`);
  }
  const call = tools?.length > 0 && asked === 1;
  const blocks = call
    ? [
        [{ type: 'text', text: '' }, { type: 'text_delta', text: 'I run it.' }],
        [
          { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} },
          { type: 'input_json_delta', partial_json: '{"command":"echo hi","description":"Say hi"}' },
        ],
      ]
    : [[{ type: 'text', text: '' }, { type: 'text_delta', text: 'Done.' }]];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (type, value) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...value })}\n\n`);
  const usage = { input_tokens: 1000, output_tokens: 1 };
  const message = { id: `msg_${asked}`, type: 'message', role: 'assistant', model, content: [], stop_reason: null, usage };
  send('message_start', { message });
  blocks.forEach(([content_block, delta], index) => {
    send('content_block_start', { index, content_block });
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  });
  send('message_delta', { delta: { stop_reason: call ? 'tool_use' : 'end_turn' }, usage: { output_tokens: 50 } });
  send('message_stop', {});
  response.end();
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});
JS
node model.mjs >port &
until [ -s port ]; do sleep 0.1; done
export HOME="$folder/home" ANTHROPIC_BASE_URL="http://127.0.0.1:$(cat port)" ANTHROPIC_API_KEY=made-up
export DISABLE_AUTOUPDATER=1 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1
mkdir -p "$HOME"
npx --no-install claude -p 'say hi' --allowedTools 'Bash(echo:*)' >/dev/null </dev/null
node --input-type=module - "$HOME"/.claude/projects/*/*.jsonl <<'JS'
import { readFileSync } from 'node:fs';
const lines = readFileSync(process.argv[2], 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const replies = lines.filter(({ type }) => type === 'assistant').map(({ message }) => message);
const seen = replies.map(({ id, usage }) => `${id} ${usage.input_tokens}/${usage.output_tokens}`);
const twice = new Set(replies.map(({ id }) => id)).size;
console.log(`Claude Code 2.1.112: ${twice} replies stand in ${replies.length} lines: ${seen.join(', ')}`);
if (twice !== 2 || replies.length !== 3 || replies.some(({ usage }) => usage.input_tokens !== 1000)) {
  console.log('CHANGED: expected two replies in three lines, each with 1000 input tokens');
  process.exitCode = 1;
}
JS
