// Requests to Docker whose failure may be an answer: there is none, it is there already, it runs already.
import { FleetError } from '../../common/errors.ts';
import { engine } from '../docker-engine.ts';

/** For `.catch()`: the engine's refusal with this HTTP status is this value; all else is thrown on. */
export const whenStatus =
  <T>(status: number, value: T) =>
  (thrown: unknown): T => {
    const cause = thrown instanceof FleetError ? thrown.cause : thrown;
    if (cause instanceof Error && 'statusCode' in cause && cause.statusCode === status) return value;
    throw thrown;
  };

/** null: there is none. */
export const orNone = async <T>(request: Promise<T>): Promise<T | null> =>
  await engine(request).catch(whenStatus(404, null));

/** Each frame of a log has a header of 8 bytes, of which the last four are its length. */
export function logText(frames: Buffer): string {
  const texts: string[] = [];
  for (let at = 0; at + 8 <= frames.length; ) {
    const length = frames.readUInt32BE(at + 4);
    texts.push(frames.toString('utf8', at + 8, at + 8 + length));
    at += 8 + length;
  }
  return texts.join('');
}
