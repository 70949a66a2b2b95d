// A fleet with three accounts: one open with its windows known, one that is held, one closed with somebody waiting for it.
import { product, registry } from '../support/fleet.ts';
import { openScene, type Scene } from './scenes.ts';

const hour = 3_600_000;

export async function limitScene(): Promise<Scene> {
  const names = { shop: 'default', billing: 'team', launch: 'default', support: 'spare' };
  const of = registry(Object.entries(names).map(([name, account]) => product(name, { account })));
  const scene = await openScene({
    ...of,
    accounts: of.accounts.map((account) =>
      account.name === 'team' ? { ...account, holdAtPercent: 90 } : account,
    ),
  });
  const { world } = scene;
  const untilMs = world.clock.nowMs() + 2 * hour;
  const share = (account: string, window: string, usedPercent: number) => ({
    kind: 'account.share' as const,
    product: 'shop',
    text: `${usedPercent} % of the ${window} of account ${account} is used.`,
    data: { account, window, usedPercent, untilMs: untilMs + (window === 'week' ? 72 * hour : 0) },
  });
  world.journal.record(
    share('default', 'session', 100),
    share('team', 'session', 93),
    share('team', 'week', 41),
    share('spare', 'week', 12),
    {
      kind: 'account.closed',
      product: 'shop',
      text: 'Account default is closed.',
      data: {
        account: 'default',
        window: 'session',
        untilMs,
        probeMs: null,
        limit: "You've hit your session limit · resets 10:00am (UTC) <b>and more</b>",
        again: false,
      },
    },
  );
  world.start('shop', 'Ship the auth feature');
  await scene.pass(60_000);
  return scene;
}
