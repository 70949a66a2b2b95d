// What a file is, by its bytes: its name is a worker's word. Only these raster types are ever shown as pictures.
import type { ArtifactType } from '../../../contract/artifacts.ts';

const starts: [ArtifactType, (bytes: Buffer) => boolean][] = [
  ['png', (bytes) => bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))],
  ['jpeg', (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ['gif', (bytes) => /^GIF8[79]a/.test(bytes.toString('latin1', 0, 6))],
  ['webp', (bytes) => /^RIFF.{4}WEBP$/s.test(bytes.toString('latin1', 0, 12))],
];

export function typeOf(bytes: Buffer): ArtifactType {
  const picture = starts.find(([, begins]) => begins(bytes));
  if (picture !== undefined) return picture[0];
  if (bytes.includes(0)) return 'other';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'text';
  } catch {
    return 'other';
  }
}
