// The Runtime over the OpenSSH client, against a real sshd.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runtimeLabel, type SshChannelOptions, sshChannel } from '../../src/runtime/index.ts';
import { docker, engineAvailable, engineImage } from '../support/engine.ts';
import { makeKey, sshdAvailable, startSshd } from '../support/sshd.ts';
import { freePort } from '../support/trial-process.ts';
import { agentFile, createWorkspace, fixtureOv, lives, type Workspace } from './workspace.ts';

test.each(['-oProxyCommand=touch /tmp/x', '-v', 'box -v', 'box\n', 'user@-box', '', 'a;b', '$(id)'])(
  'the host %j is refused before ssh sees it',
  (host) => {
    expect(() => sshChannel({ host, project: 'p' })).toThrowError(
      expect.objectContaining({ code: 'RUNTIME_ADDRESS_INVALID' }),
    );
  },
);

const withEngine = await engineAvailable();

describe.runIf(sshdAvailable())('a machine with sshd', () => {
  let sshd: Awaited<ReturnType<typeof startSshd>>;
  let workspace: Workspace;
  let config: string;

  beforeAll(async () => {
    [sshd, workspace] = await Promise.all([startSshd(), createWorkspace()]);
    config = await sshd.config('config');
  });
  afterAll(async () => {
    await workspace.remove();
    await sshd.stop();
  });

  const onTheMachine = (options: Partial<SshChannelOptions> = {}) =>
    sshChannel({
      host: 'box',
      project: null,
      argv: [process.execPath, agentFile],
      workingDir: workspace.root,
      env: [`FLEET_OV=${fixtureOv}`, 'ODD=it\'s $HOME `id` "x" ; \\ !'],
      config,
      ...options,
    });
  const refusal = (given: string) =>
    onTheMachine({ config: given })
      .open()
      .then(
        () => 'opened',
        ({ code, message, mend }) => `${code}: ${message} ${mend}`,
      );

  test('the agent is talked to, a large reply arrives whole, and closing ends it', async () => {
    const product = await workspace.addProduct('far');
    const mail = Array.from({ length: 200 }, (_, n) => ({
      id: `m${n}`,
      from: 'lead',
      to: 'operator',
      subject: 's',
      body: `${n} é`.repeat(2_000),
      type: 'status',
      priority: 'normal',
      threadId: null,
      payload: null,
      read: false,
      createdAt: '2026-11-20T09:00:00Z',
    }));
    const wordy = await workspace.addProduct('wordy', { mail });
    const { runtime, info } = await workspace.connect(onTheMachine());
    expect(info.workspaceRoot).toBe(workspace.root);
    const [snapshot] = await runtime.snapshot([product]);
    expect(snapshot).toMatchObject({ health: 'ok', projectName: 'p-far' });
    expect((await runtime.ov(wordy, 'mail.list', {})).messages).toEqual(mail);
    expect(await lives(info.pid)).toBe(true);
    await runtime.close();
    await vi.waitFor(async () => expect(await lives(info.pid)).toBe(false), 10_000);
  });

  test('words for the agent go through two shells as they are', async () => {
    const script = 'process.stderr.write(process.env.ODD + process.argv[1] + "\\n"); process.exit(7)';
    const odd = 'a\'b"c $HOME `id` \\ ! * \n?';
    const opened = await onTheMachine({ argv: [process.execPath, '-e', script, odd] }).open();
    // The log has one line per line, and strips nothing else.
    expect(await opened.closed).toBe('fleet-agent ended (exit 7): ?');
    const lines: string[] = [];
    const again = await onTheMachine({
      argv: [process.execPath, '-e', script, odd],
      onLog: (line) => lines.push(line),
    }).open();
    await again.closed;
    expect(lines).toContain('it\'s $HOME `id` "x" ; \\ !a\'b"c $HOME `id` \\ ! * ');
  });

  test('an unknown host key is refused, and a changed one by its own words', async () => {
    const known = join(sshd.folder, 'empty');
    await writeFile(known, '');
    expect(await refusal(await sshd.config('unknown', { UserKnownHostsFile: known }))).toMatch(
      /^RUNTIME_UNREACHABLE: .*host key that is not known.*by hand/,
    );
    const other = makeKey(join(sshd.folder, 'other-host'));
    const [type, text] = readFileSync(`${other}.pub`, 'utf8').split(' ');
    await writeFile(known, `[127.0.0.1]:${sshd.port} ${type} ${text}\n`);
    expect(await refusal(await sshd.config('changed', { UserKnownHostsFile: known }))).toMatch(
      /^RUNTIME_UNREACHABLE: .*another host key.*somebody may be in between/,
    );
  });

  test('a wrong key, nobody there and an unknown name are told apart', async () => {
    const wrong = makeKey(join(sshd.folder, 'wrong'));
    expect(await refusal(await sshd.config('wrong-key', { IdentityFile: wrong }))).toMatch(
      /^RUNTIME_UNREACHABLE: .*permission denied.*BatchMode/,
    );
    expect(await refusal(await sshd.config('nobody', { Port: await freePort() }))).toMatch(
      /^RUNTIME_UNREACHABLE: .*nobody who listens.*sshd runs/,
    );
    expect(await refusal(await sshd.config('no-name', { HostName: 'nowhere.invalid' }))).toMatch(
      /^RUNTIME_UNREACHABLE: .*does not resolve/,
    );
    const broken = join(sshd.folder, 'broken');
    await writeFile(broken, 'NoSuchOption yes\n');
    expect(await refusal(broken)).toMatch(/^RUNTIME_UNREACHABLE: .*configuration of OpenSSH/);
  });

  test('a torn connection is noticed, the agent behind it leaves, and the link comes again', async () => {
    const { runtime, info } = await workspace.connect(onTheMachine());
    const lost = new Promise<{ code: string; message: string }>((resolve) => runtime.on('lost', resolve));
    const again = new Promise<{ pid: number }>((resolve) => runtime.on('connected', resolve));
    sshd.tear();
    expect(await lost).toMatchObject({ code: 'RUNTIME_LOST', message: expect.stringContaining('ssh') });
    expect((await again).pid).not.toBe(info.pid);
    await vi.waitFor(async () => expect(await lives(info.pid)).toBe(false), 10_000);
    await runtime.close();
  });

  test('a key that may do one thing, and a login that prints before it', async () => {
    const only = makeKey(join(sshd.folder, 'only'));
    const publicKey = readFileSync(`${only}.pub`, 'utf8').trim();
    const command = `echo welcome; printf 'no end: '; echo 'fleet-agent follows'; cd ${workspace.root}; exec env FLEET_WORKSPACE=${workspace.root} FLEET_OV=${fixtureOv} ${process.execPath} ${agentFile}`;
    await writeFile(sshd.keys, `${sshd.publicKey}\nrestrict,command="${command}" ${publicKey}\n`);
    const restricted = onTheMachine({
      config: await sshd.config('only-config', { IdentityFile: only }),
      argv: ['touch', join(workspace.root, 'escaped')],
    });
    const { info } = await workspace.connect(restricted);
    expect(info.workspaceRoot).toBe(workspace.root);
  });

  test('doctor says what it found', async () => {
    expect(await onTheMachine().doctor?.()).toEqual([
      expect.objectContaining({ check: 'engine', state: 'ok', says: 'ssh to box logs in' }),
    ]);
    const nobody = await sshd.config('nobody-for-doctor', { Port: await freePort() });
    expect(await onTheMachine({ config: nobody }).doctor?.()).toEqual([
      expect.objectContaining({ state: 'failed', mend: expect.stringContaining('sshd') }),
    ]);
    const missing = onTheMachine({ workingDir: '/nowhere/at/all' });
    expect(await missing.doctor?.()).toEqual([
      expect.objectContaining({ state: 'failed', says: expect.stringContaining('/nowhere/at/all') }),
    ]);
  });

  describe.runIf(withEngine)('and a container', () => {
    const project = `test-ssh-${process.pid}`;
    const inContainer = (options: Partial<SshChannelOptions> = {}) =>
      sshChannel({ host: 'box', project, config, ...options });
    const containers: { remove(options: object): Promise<unknown> }[] = [];
    async function start() {
      const container = await docker.createContainer({
        Image: engineImage,
        Cmd: ['sleep', 'infinity'],
        Labels: { [runtimeLabel]: project },
        HostConfig: { Init: true, NetworkMode: 'none' },
      });
      containers.push(container);
      await container.start();
    }
    afterAll(async () => {
      await Promise.all(containers.map((container) => container.remove({ force: true, v: true })));
    });

    test('it is found by its label; none and two are told', async () => {
      await expect(inContainer().open()).rejects.toMatchObject({ code: 'RUNTIME_NOT_RUNNING' });
      await start();
      const script =
        'process.stdin.on("data", (line) => process.stdout.write("got " + process.cwd() + process.env.FLEET_WORKSPACE + line)).on("end", () => process.exit(3))';
      const opened = await inContainer({ argv: ['node', '-e', script], workingDir: '/tmp' }).open();
      opened.writer.write("it's\n");
      const said = new Promise<string>((resolve) =>
        opened.reader.once('data', (chunk) => resolve(String(chunk))),
      );
      expect(await said).toBe("got /tmp/tmpit's\n");
      opened.writer.end();
      expect(await opened.closed).toBe('fleet-agent ended (exit 3)');
      expect(await inContainer({ argv: ['cat'], workingDir: '/tmp' }).doctor?.()).toEqual([
        expect.objectContaining({
          state: 'ok',
          says: expect.stringMatching(/Docker \d.*the container of the runtime runs/),
        }),
      ]);
      await start();
      await expect(inContainer().open()).rejects.toMatchObject({ code: 'RUNTIME_AMBIGUOUS' });
    });

    test('a docker that does not answer there is told, and one of our own environment is not asked', async () => {
      const broken = await startSshd('SetEnv DOCKER_HOST=unix:///nowhere.sock');
      vi.stubEnv('DOCKER_HOST', 'unix:///elsewhere.sock');
      try {
        await expect(inContainer({ config: await broken.config('config') }).open()).rejects.toMatchObject({
          code: 'ENGINE_UNREACHABLE',
          message: expect.stringContaining('/nowhere.sock'),
          mend: expect.stringContaining('ssh box docker ps'),
        });
        await expect(inContainer({ label: "odd'label" }).open()).rejects.toMatchObject({
          code: 'RUNTIME_NOT_RUNNING',
        });
      } finally {
        vi.unstubAllEnvs();
        await broken.stop();
      }
    });
  });
});
