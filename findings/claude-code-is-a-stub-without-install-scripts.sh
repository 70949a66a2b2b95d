#!/usr/bin/env bash
# @anthropic-ai/claude-code 2.1.332 from npm with --ignore-scripts (a common hardening): the install succeeds, and `claude`
# is a stub that exits 1, because an install script copies the native binary over it. The binary itself is there: it came
# with the platform's own package, and runs from its folder. 2.1.112, the last in JavaScript, runs as installed.
# Linux on x64 and arm64.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
arch=$(node -p process.arch)
install() {
  mkdir -p "$folder/$1" && cd "$folder/$1" && npm init -y >/dev/null
  npm install --silent --ignore-scripts --no-audit --no-fund "@anthropic-ai/claude-code@$1"
}
export HOME="$folder/home" DISABLE_AUTOUPDATER=1
mkdir -p "$HOME"
install 2.1.112
last=$(npx --no-install claude --version)
install 2.1.332
stub=0
said=$(npx --no-install claude --version 2>&1) || stub=$?
native=$("$PWD/node_modules/@anthropic-ai/claude-code-linux-$arch/claude" --version)
echo "2.1.112: $last"
echo "2.1.332: exit $stub, $(head -n 1 <<<"$said")"
echo "2.1.332, the platform package's own file: $native"
[ "$last" = '2.1.112 (Claude Code)' ] && [ "$stub" = 1 ] && [ "$native" = '2.1.332 (Claude Code)' ] ||
  { echo 'CHANGED'; exit 1; }
