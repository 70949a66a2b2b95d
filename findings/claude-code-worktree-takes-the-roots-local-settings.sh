#!/usr/bin/env bash
# Claude Code 2.1.332, started in a linked git worktree, runs the hooks of the worktree's own .claude/settings.local.json and
# those of the repository's root; 2.1.112 runs the worktree's only. A tool that gives each worktree an agent with hooks of
# its own, and the root another one (as overstory does), finds the root's guards in its workers.
# `--setting-sources user,project --settings <own file>` keeps them apart. Linux on x64 and arm64; git.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
arch=$(node -p process.arch)
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund \
  old@npm:@anthropic-ai/claude-code@2.1.112 "new@npm:@anthropic-ai/claude-code-linux-$arch@2.1.332"
git init -q root
cd root
git -c user.name=a -c user.email=a@example.invalid commit -q --allow-empty -m start
git worktree add -q "$folder/worktree" -b work
for at in "$folder/root" "$folder/worktree"; do
  mkdir "$at/.claude"
  printf '{"hooks":{"SessionStart":[{"matcher":"","hooks":[{"type":"command","command":"echo %s >>%s/ran"}]}]}}' \
    "$(basename "$at")" "$folder" >"$at/.claude/settings.local.json"
done
# Nobody answers there: a session's start is all that is looked at.
export HOME="$folder/home" ANTHROPIC_BASE_URL=http://127.0.0.1:9 ANTHROPIC_API_KEY=made-up CLAUDE_CODE_MAX_RETRIES=0
export DISABLE_AUTOUPDATER=1 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1
mkdir "$HOME"
cd "$folder/worktree"
hooks() {
  rm -f "$folder/ran"
  timeout 60 "$@" -p hi </dev/null >/dev/null 2>&1 || true
  sort "$folder/ran" | paste -sd ' '
}
new="$folder/node_modules/new/claude"
old=$(hooks node "$folder/node_modules/old/cli.js")
now=$(hooks "$new")
apart=$(hooks "$new" --setting-sources user,project --settings "$PWD/.claude/settings.local.json")
echo "in a worktree: 2.1.112 runs the hooks of: $old; 2.1.332 of: $now; kept apart, 2.1.332 of: $apart"
[ "$old" = worktree ] && [ "$now" = 'root worktree' ] && [ "$apart" = worktree ] || { echo CHANGED; exit 1; }
