// The human's browser, by what their desktop has for it. Of a machine without a display, a container or a session over ssh,
// there is none.

/** What became of the program that opens; a browser that it has itself become goes on. */
const answerMs = 3_000;

/**
 * @param url of ours: nothing that somebody else wrote
 * @returns whether it was opened
 */
export async function openInBrowser(
  url: string,
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const program = platform === 'darwin' ? 'open' : 'xdg-open';
  if (platform !== 'darwin' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return false;
  const { spawn } = await import('node:child_process');
  const child = spawn(program, [url], { env, stdio: 'ignore', detached: true });
  child.unref();
  return await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), answerMs);
    const said = (opened: boolean) => {
      clearTimeout(timer);
      resolve(opened);
    };
    child.once('error', () => said(false));
    child.once('exit', (code) => said(code === 0));
  });
}
