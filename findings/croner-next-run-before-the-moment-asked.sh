#!/usr/bin/env bash
# croner 10.0.1: in the repeated hour of autumn, nextRun(from) answers a moment before `from`.
# Its README: "nextRun: Get next run time after the given date". Asked at 01:10Z on 2026-10-25 (02:10 in Berlin for the
# second time), the next 02:30 is said to be 00:30Z, forty minutes ago. Whoever starts what is due starts it at once.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund croner@10.0.1
cat >ask.mjs <<'JS'
import { Cron } from 'croner';
const from = new Date('2026-10-25T01:10:00Z');
for (const pattern of ['30 2 * * *', '* * * * *']) {
  const next = new Cron(pattern, { timezone: 'Europe/Berlin', paused: true }).nextRun(from);
  console.log(`croner 10.0.1, "${pattern}" in Europe/Berlin: asked ${from.toISOString()}, got ${next.toISOString()}`);
  if (next > from) process.exitCode = 1;
}
if (process.exitCode) console.log('CHANGED: the next run now lies after the moment asked');
JS
node ask.mjs
