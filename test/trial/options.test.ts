import { expect, it } from 'vitest';
import { readTrialOptions } from '../../src/trial/options.ts';

it.each([
  [[], 41790],
  [['--dashboard-port', '42000'], 42000],
  [['--dashboard-port', 'off'], null],
])('%j gives the dashboard port %s', (argv, dashboardPort) => {
  expect(readTrialOptions(argv)).toMatchObject({
    dashboardPort,
    port: 41789,
    real: false,
    model: { kind: 'demo' },
  });
});
