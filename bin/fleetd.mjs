#!/usr/bin/env node
// The service `fleetd`, from the npm package or a clone.
import { startBuilt } from './start-built.mjs';

await startBuilt('fleetd.js');
