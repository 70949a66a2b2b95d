#!/usr/bin/env bash
# Claude Code 2.1.112: while it works, the line under its input says "esc to interrupt"; where a status line is configured,
# even one that prints nothing, it does not. Programs that look for these words on the screen to know whether it is
# busy (overstory's nudge does) take it for idle, and type. tmux.
set -euo pipefail
folder=$(mktemp -d)
trap 'tmux -L "$(basename "$folder")" kill-server 2>/dev/null; kill $(jobs -p) 2>/dev/null; sleep 1; rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund @anthropic-ai/claude-code@2.1.112
cat >model.mjs <<'JS'
// A model that is asked and does not answer.
import { createServer } from 'node:http';
createServer((request, response) => {
  if (request.method !== 'POST') response.end('{}');
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});
JS
node model.mjs >port &
until [ -s port ]; do sleep 0.1; done
key=made-up-key-of-twenty-four
export ANTHROPIC_BASE_URL="http://127.0.0.1:$(cat port)" ANTHROPIC_API_KEY="$key"
export DISABLE_AUTOUPDATER=1 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1
mkdir project
on() { tmux -L "$(basename "$folder")" "$@"; }
until_shown() { for _ in $(seq 300); do on capture-pane -pt "$1" | grep -q "$2" && return; sleep 0.2; done; on capture-pane -pt "$1"; return 1; }
# $1 name; $2 settings
shown() {
  export HOME="$folder/$1"
  mkdir -p "$HOME/.claude"
  echo "$2" >"$HOME/.claude/settings.json"
  printf '{"hasCompletedOnboarding":true,"theme":"dark","customApiKeyResponses":{"approved":["%s"]},"projects":{"%s":{"hasTrustDialogAccepted":true}}}' \
    "${key: -20}" "$folder/project" >"$HOME/.claude.json"
  on new-session -d -s "$1" -x 100 -y 24 -c "$folder/project" -e "HOME=$HOME" node "$folder/node_modules/@anthropic-ai/claude-code/cli.js"
  until_shown "$1" 'shortcuts\|❯'
  on send-keys -t "$1" -l 'say hi'
  until_shown "$1" 'say hi'
  on send-keys -t "$1" Enter
  # The spinner turns: it works.
  until_shown "$1" '^[·✢✳✶✻✽*] .*…'
  sleep 3
  if on capture-pane -pt "$1" | grep -q 'esc to interrupt'; then echo yes; else echo no; fi
}
without=$(shown without '{}')
with=$(shown with '{"statusLine":{"type":"command","command":"true"}}')
echo "Claude Code 2.1.112, at work: \"esc to interrupt\" is shown without a status line: $without; with one: $with"
[ "$without" = yes ] && [ "$with" = no ] || { echo CHANGED; exit 1; }
