// `fleet top` in a real tmux: the mouse as its terminal reports it, and the acts of the dashboard by keys.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyScene, type Scene } from '../dashboard/scenes.ts';
import { until } from '../simulator/ov.ts';
import { standIn } from '../support/tmux.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

describe.skipIf(process.env[standIn])('fleet top in a terminal', () => {
  const server = `top-acts-${process.pid}`;
  const tmux = (...args: string[]) => execa('tmux', ['-L', server, ...args], { reject: false });
  const screen = async () => (await tmux('capture-pane', '-p', '-t', 'board')).stdout;
  const shows = (text: RegExp) => until(screen, (seen) => text.test(seen), 30_000);
  const press = (...keys: string[]) => tmux('send-keys', '-t', 'board', ...keys);
  const types = (text: string) => tmux('send-keys', '-t', 'board', '-l', text);
  /** As a terminal reports it. @param row  of the screen, from 0 */
  const clicks = (row: number) => types(`\u001b[<0;5;${row + 1}M\u001b[<0;5;${row + 1}m`);
  const rowOf = async (text: RegExp) => (await screen()).split('\n').findIndex((line) => text.test(line));
  const mouse = async () =>
    (await tmux('display-message', '-p', '-t', 'board', '#{mouse_standard_flag} #{mouse_sgr_flag}')).stdout;
  /** It does when its keys are wanted, which is after the first board. */
  const asksForMouse = () => until(mouse, (is) => is === '1 1');
  let scene: Scene;
  const status = () => scene.world.fleet.status(null);
  const objective = (id: string) => scene.world.fleet.commands.objective(id);

  beforeAll(async () => {
    scene = await busyScene();
    await tmux(
      ...['new-session', '-d', '-s', 'board', '-x', '120', '-y', '30'],
      ...['-e', `FLEET_SOCKET=${scene.socketPath}`, process.execPath, main, 'top'],
    );
    await shows(/> launch/);
  });
  afterAll(async () => {
    await tmux('kill-server');
    await scene?.[Symbol.asyncDispose]();
  });

  it('has asked its terminal for the mouse, and takes a click and the wheel', async () => {
    await asksForMouse();
    await clicks(await rowOf(/^ {2}billing/));
    await shows(/> billing/);
    // a question's line chooses the product that asks
    await clicks(await rowOf(/^gate 1 launch/));
    await shows(/> launch/);
    await types('\u001b[<65;5;5M');
    await until(screen, (seen) => !/> launch/.test(seen) && /^> /m.test(seen));
    await types('\u001b[<64;5;5M');
    await shows(/> launch/);
    // beside the rows nothing is chosen
    await clicks(28);
    await shows(/> launch/);
  });

  it('tells its keys', async () => {
    await press('?');
    await shows(/stop what it works on/);
    expect(await screen()).toMatch(/click +choose a product/);
    await press('z');
    await shows(/slots used/);
  });

  it('starts, speaks and sets priorities in words that are typed', async () => {
    await clicks(await rowOf(/^[> ] support/));
    await shows(/> support/);
    await press('o');
    await shows(/Priority of support \(now 20;/);
    await types('high');
    await press('Enter');
    await shows(/The priority of support is now 80/);
    expect(status().products.find(({ name }) => name === 'support')?.priority).toBe(80);
    await press('u');
    await shows(/priority of support/);
    expect(status().products.find(({ name }) => name === 'support')?.priority).toBe(20);
    await press('s');
    await types('Answer all of them, ü 😀q');
    await press('BSpace', 'Enter');
    await shows(/obj-10 on support is queued/);
    expect(objective('obj-10')).toMatchObject({ text: 'Answer all of them, ü 😀', source: { via: 'cli' } });
    await press('m');
    await shows(/Nobody works on support/);
    await clicks(await rowOf(/^[> ] billing/));
    await press('m');
    await types('Keep the names');
    await press('Escape');
    await shows(/> billing/);
    await press('m');
    await types('Keep the old names');
    await press('Enter');
    await shows(/Sent to billing/);
    expect(scene.world.fake.product('billing').received.at(-1)?.body).toContain('Keep the old names');
    await press('p');
    await shows(/billing is paused/);
    await press('u');
    await shows(/billing is resumed/);
  });

  it('asks before what ends work, and leaves it at any other key', async () => {
    await clicks(await rowOf(/^ {2}shop/));
    await shows(/> shop/);
    await press('x');
    await shows(/Stop obj-7 on shop\? .* y: yes/);
    await press('n');
    await shows(/Left as it is/);
    expect(objective('obj-7').state).toBe('running');
    await clicks(await rowOf(/^ {2}support/));
    await press('c');
    await shows(/Cancel obj-9 on support\? y: yes/);
    await press('y');
    await shows(/obj-9 on support is (cancelled|being stopped|stopping)/);
    await until(
      () => objective('obj-9').state,
      (state) => state === 'cancelled',
    );
    // its last one that is over
    await press('y');
    await shows(/obj-9 on support is (queued|starting|running)/);
    await clicks(await rowOf(/^[> ] shop/));
    await shows(/> shop/);
    await press('x');
    await shows(/Stop obj-7/);
    await press('y');
    await shows(/shop is being stopped; obj-7 is cancelled with it/);
    expect(objective('obj-7').state).toBe('cancelled');
  });

  it('gives the terminal back when it is left, also by a signal', async () => {
    await tmux('kill-session', '-t', 'board');
    await tmux(
      ...[
        'new-session',
        '-d',
        '-s',
        'board',
        '-x',
        '100',
        '-y',
        '20',
        '-e',
        `FLEET_SOCKET=${scene.socketPath}`,
      ],
      ...['sh', '-c', `"${process.execPath}" "${main}" top; echo left; sleep 60`],
    );
    await shows(/> launch|slots used/);
    await asksForMouse();
    const pane = (await tmux('display-message', '-p', '-t', 'board', '#{pane_pid}')).stdout;
    const { stdout: child } = await execa('ps', ['-o', 'pid=', '--ppid', pane.trim()]);
    process.kill(Number(child.trim()), 'SIGTERM');
    await shows(/left/);
    expect(await mouse()).toBe('0 0');
  });
});
