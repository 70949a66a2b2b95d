#!/usr/bin/env node
// The `fleet` command, where `bin/fleet` finds no packaged Node.
import { startBuilt } from './start-built.mjs';

await startBuilt('cli.cjs');
