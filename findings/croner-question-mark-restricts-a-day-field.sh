#!/usr/bin/env bash
# croner 10.0.1: its README calls `?` a "wildcard alias (behaves identically to `*`)". In a day field it is not: `?` counts
# as a restriction, and two restricted day fields are joined by OR, so that every day matches. "0 9 ? * 1-5", as Quartz
# and AWS write weekdays, also runs on Saturday and Sunday; "0 9 * * 1-5" does not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund croner@10.0.1
cat >ask.mjs <<'JS'
import { Cron } from 'croner';
const friday = new Date('2026-11-06T10:00:00Z');
const [star, mark] = ['0 9 * * 1-5', '0 9 ? * 1-5'].map((pattern) =>
  new Cron(pattern, { timezone: 'UTC', paused: true }).nextRun(friday).toISOString(),
);
console.log(`croner 10.0.1, after Friday 10:00: "*" next runs ${star}, "?" next runs ${mark}`);
if (star !== '2026-11-09T09:00:00.000Z' || mark !== '2026-11-07T09:00:00.000Z') {
  console.log('CHANGED: expected Monday for "*" and Saturday for "?"');
  process.exitCode = 1;
}
JS
node ask.mjs
