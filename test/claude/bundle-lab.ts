// The bundle as a human starts it, with a real `ov` and a real Claude Code in its image, on repositories that were there
// before it. The model is a server of the test at this host's end of the runtime's network, which leads nowhere else.
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import type { GateView } from '../../src/contract/gates.ts';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import type { FleetStatus } from '../../src/contract/status.ts';
import { madeUpKey, madeUpToken, otherUser } from '../support/claude-lab.ts';
import { composeStack } from '../support/compose.ts';
import { type ModelServer, openModelServer } from '../support/model-server/server.ts';
import { type FleetStack, fleetStack } from '../support/shared-stack.ts';
import { openWebChat, type WebChat } from '../support/webchat.ts';
import { patienceMs } from './open.ts';

/** Its products: a folder of the human's each; one of them on a subscription. */
const products = `accounts:
  - name: team
    kind: subscription
    variable: TEAM_TOKEN
products:
  - name: shop
    path: web-shop
  - name: planned
    path: web-planned
    account: team
    plan_approval: required
`;

export interface BundleLab extends AsyncDisposable {
  stack: FleetStack;
  model: ModelServer;
  chat: WebChat;
  /** `git` in a folder of the human's, as its owner */
  git(folder: string, ...words: string[]): string;
  /** Says `/fleet start …` in WebChat, for a product that is idle. @returns the objective's id */
  start(product: string, text: string): Promise<string>;
  /** Waits until it is in one of these states. */
  reaches(id: string, ...states: string[]): Promise<ObjectiveView>;
  /** The gate of this number, as soon as there is one. */
  gate(n: number): Promise<GateView>;
  /** Each Claude Code at work in the runtime. */
  claudes(): Promise<{ pid: number; cwd: string; pssBytes: number }[]>;
  /** What runs in the runtime's container beside what is always there. */
  strangers(): Promise<string[]>;
}

export async function openBundle(): Promise<BundleLab> {
  const { BUNDLE_OVERSTORY: OVERSTORY = '', BUNDLE_CLAUDE: CLAUDE_CODE = '' } = process.env;
  const uid = otherUser.uid ?? process.getuid?.() ?? 1000;
  const gid = otherUser.gid ?? process.getgid?.() ?? 1000;
  const projects = mkdtempSync(join(tmpdir(), 'fleet-projects-'));
  const productsFile = join(projects, 'products.yaml');
  writeFileSync(productsFile, products);
  const git = (folder: string, ...words: string[]) =>
    execFileSync('git', words, {
      cwd: join(projects, folder),
      env: { PATH: process.env.PATH, HOME: projects },
      encoding: 'utf8',
      ...otherUser,
    }).trim();
  for (const folder of ['web-shop', 'web-planned']) layRepository(join(projects, folder));
  ownAll(projects, uid, gid);
  for (const folder of ['web-shop', 'web-planned']) {
    git(folder, 'init', '--quiet', '--initial-branch=main');
    git(folder, 'config', 'user.name', 'Human');
    git(folder, 'config', 'user.email', 'human@example.invalid');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '-m', 'Before the fleet');
  }

  const made = await composeStack({
    env: {
      OVERSTORY,
      CLAUDE_CODE,
      HOST_UID: String(uid),
      HOST_GID: String(gid),
      RUNTIME_ANTHROPIC_API_KEY: madeUpKey,
      TEAM_TOKEN: madeUpToken,
      MODEL: 'demo',
      PROJECTS_DIR: projects,
      PRODUCTS_FILE: productsFile,
    },
    files: [join(import.meta.dirname, 'bundle.yaml')],
  });
  const stack = fleetStack(made, productsFile);
  const container = `${stack.project}-overstory-runtime-1`;
  let model: ModelServer | null = null;
  let chat: WebChat | null = null;
  const close = async () => {
    await chat?.close();
    await stack.down();
    await model?.[Symbol.asyncDispose]();
    rmSync(projects, { recursive: true, force: true });
  };

  try {
    await stack.compose('build');
    // The network comes before its address, and that before who listens there.
    await stack.compose('create', '--no-build');
    const inspect = ['network', 'inspect', `${stack.project}_workers`, '--format'];
    const { stdout: host } = await execa('docker', [...inspect, '{{(index .IPAM.Config 0).Gateway}}']);
    model = await openModelServer({ host });
    await stack.configure({ env: { MODEL_URL: model.url } });
    const link = /http:\/\/localhost:\d+\/chat#token=\S+/.exec(await stack.logs('openclaw-meta'))?.[0];
    chat = await openWebChat(link ?? '');
  } catch (error) {
    await close();
    throw error;
  }

  const { chat: open } = { chat };
  return {
    stack,
    model,
    chat,
    git,
    async start(product, text) {
      await open.send(`/fleet start ${product} ${text}`);
      let id = '';
      const look = async () => {
        const { products } = await stack.fleet<FleetStatus>('status');
        id = products.find(({ name }) => name === product)?.objective?.id ?? '';
        return id;
      };
      await expect.poll(look, { timeout: 60_000, interval: 300 }).toMatch(/^obj-/);
      return id;
    },
    async reaches(id, ...states) {
      let seen: ObjectiveView | null = null;
      const look = async () => {
        seen = await stack.fleet<ObjectiveView>('objective', id);
        return states.includes(seen.state) ? 'reached' : `${seen.state}: ${seen.why}`;
      };
      await expect.poll(look, { timeout: patienceMs, interval: 1_000 }).toBe('reached');
      return seen as unknown as ObjectiveView;
    },
    async gate(n) {
      let found: GateView | undefined;
      const look = async () => {
        found = (await stack.fleet<GateView[]>('gates')).find((one) => one.n === n);
        return found !== undefined;
      };
      await expect.poll(look, { timeout: patienceMs, interval: 1_000 }).toBe(true);
      return found as GateView;
    },
    async claudes() {
      const script = `for one in /proc/[0-9]*; do
        case "$(readlink $one/exe)" in */node | */claude) ;; *) continue ;; esac
        case "$(tr '\\0' ' ' <$one/cmdline)" in claude* | *claude-code*) ;; *) continue ;; esac
        echo "\${one#/proc/} $(readlink $one/cwd) $(sed -n 's/^Pss: *\\([0-9]*\\) kB/\\1/p' $one/smaps_rollup)"
      done`;
      const said = await stack.exec('overstory-runtime', ['sh', '-c', script]);
      return said
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [pid = '', cwd = '', kilobytes = ''] = line.split(' ');
          return { pid: Number(pid), cwd, pssBytes: Number(kilobytes) * 1024 };
        });
    },
    async strangers() {
      const { stdout } = await execa('docker', ['top', container, '-eo', 'pid,args']);
      return stdout
        .split('\n')
        .slice(1)
        .map((line) => line.trim().replace(/^\d+\s+/, ''))
        .filter((args) => !alwaysThere.test(args));
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Init, entrypoint, the tmux server and its keeper, the agent. */
const alwaysThere =
  /^(\S*docker-init -- .*|\/bin\/sh \/opt\/fleet\/entrypoint|tmux -L overstory new-session .*keeper.*|sleep (infinity|10)|node .*\/opt\/fleet\/agent\.js)$/;

/** With all that has Claude Code ask at its first start: servers to run, files from outside to read. */
function layRepository(folder: string): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'README.md'), '# A shop\n');
  writeFileSync(join(folder, 'CLAUDE.md'), 'See @~/notes.md and @/etc/hostname.\n');
  const servers = { notes: { command: 'touch', args: ['/tmp/asked-nobody'] } };
  writeFileSync(join(folder, '.mcp.json'), JSON.stringify({ mcpServers: servers }));
}

/** As root only: else they are one's own already. */
function ownAll(folder: string, uid: number, gid: number): void {
  if (process.getuid?.() !== 0) return;
  chownSync(folder, uid, gid);
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    chownSync(join(folder, entry), uid, gid);
}
