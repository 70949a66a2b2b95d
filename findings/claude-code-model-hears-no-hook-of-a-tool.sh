#!/usr/bin/env bash
# Claude Code 2.1.112: what hooks of SessionStart and UserPromptSubmit print reaches the model; what hooks of PreToolUse,
# PostToolUse and Stop print (exit 0) reaches it in no request. A program that hands over mail by such a hook and marks
# it delivered loses it.
set -euo pipefail
export npm_config_update_notifier=false
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund @anthropic-ai/claude-code@2.1.112
mkdir .claude
node --input-type=module >.claude/settings.json <<'JS'
const events = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'Stop'];
const hook = (event) => [{ matcher: '', hooks: [{ type: 'command', command: `echo ${event} >>ran; echo WORD-OF-${event}` }] }];
console.log(JSON.stringify({ hooks: Object.fromEntries(events.map((event) => [event, hook(event)])) }));
JS
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
ran=$(sort -u ran | paste -sd ' ')
heard=$(grep -o 'WORD-OF-[A-Za-z]*' requests.jsonl | sort -u | sed 's/WORD-OF-//' | paste -sd ' ')
echo "Claude Code 2.1.112: hooks that ran: $ran; whose words reached the model: $heard"
[ "$ran" = 'PostToolUse PreToolUse SessionStart Stop UserPromptSubmit' ] && [ "$heard" = 'SessionStart UserPromptSubmit' ] ||
  { echo 'CHANGED'; exit 1; }
