// OpenClaw's plugins for chats, put into a gateway's state folder. OpenClaw trusts one only with its own record of
// having installed it from npm, and that record lives in the state: a copy in the image or in node_modules is
// loaded and then refused (PLUGIN_TRUST_REFUSED). So each is installed once per state folder, before the gateway
// starts; an image brings npm's cache along, so that this needs no network.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { FleetError } from '../common/errors.ts';
import { gatewayEnvironment, openclawOfDevDependency } from './gateway.ts';

/** 34 s on 2 shared cores (measured), 2 of them for the download. */
const installTimeoutMs = 300_000;

export interface InstallPlugin {
  /** npm spec, with its version */
  plugin: string;
  /** of the gateway, prepared by prepareGatewayState */
  stateDir: string;
  openclaw?: string;
  /** a filled npm cache: nothing is downloaded. Default: npm's own cache and registry. */
  npmCache?: string;
}

/** Does nothing when it is there already. @throws FleetError CHAT_NOT_INSTALLED */
export async function installChatPlugin(asked: InstallPlugin): Promise<void> {
  const { plugin, stateDir, openclaw, npmCache } = asked;
  const mark = join(stateDir, `${/\/([a-z]+)@/.exec(plugin)?.[1] ?? 'chat'}-plugin`);
  if ((await readFile(mark, 'utf8').catch(() => '')) === plugin) return;
  // npm writes into its cache while it reads; the one in an image is read-only.
  const cache = npmCache === undefined ? null : await mkdtemp(join(tmpdir(), 'npm-cache-'));
  if (cache !== null && npmCache !== undefined) await cp(npmCache, cache, { recursive: true });
  const npm = cache
    ? { npm_config_cache: cache, npm_config_offline: 'true' }
    : Object.fromEntries(
        Object.entries(process.env).filter(([name]) =>
          /^npm_config_(registry|userconfig|cafile)$/i.test(name),
        ),
      );
  const done = await execa(
    process.execPath,
    [
      openclaw ?? openclawOfDevDependency(),
      ...['plugins', 'install', `npm:${plugin}`, '--force', '--accept-capabilities'],
    ],
    {
      env: { ...gatewayEnvironment(stateDir, 'not-needed-to-install'), ...npm },
      extendEnv: false,
      all: true,
      reject: false,
      stdin: 'ignore',
      timeout: installTimeoutMs,
    },
  );
  if (cache !== null) await rm(cache, { recursive: true, force: true });
  if (done.failed)
    throw new FleetError({
      code: 'CHAT_NOT_INSTALLED',
      message: `Expected OpenClaw to install ${plugin}, got: ${done.all?.slice(-600) || done.shortMessage}`,
      mend: done.timedOut
        ? 'It takes long here: start it again, and it goes on with what is there.'
        : npmCache
          ? 'Build the image again.'
          : 'Check that npm reaches its registry, then start again.',
    });
  await writeFile(mark, plugin);
}
