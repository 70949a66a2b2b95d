// A Docker engine for tests that make containers of their own, of the one image that every engine here has.
import Docker from 'dockerode';

export const engineImage = 'node:24-trixie-slim';
export const docker = new Docker();

/** Whether there is one. False comes with one line that says why; under CI it throws instead. */
export async function engineAvailable(): Promise<boolean> {
  const found = await docker
    .getImage(engineImage)
    .inspect()
    .then(
      () => true,
      () => false,
    );
  if (found) return true;
  const line = `these tests need a Docker engine that has ${engineImage} (start one and \`docker pull ${engineImage}\`)`;
  if (process.env.CI) throw new Error(line);
  console.warn(`skipped: ${line}`);
  return false;
}
