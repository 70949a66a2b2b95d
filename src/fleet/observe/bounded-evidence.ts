// Evidence as fleetd keeps it. Whoever runs in the runtime writes it, as long as a frame may be; what is kept is told
// in lists of fifty mails or a thousand events, and those must fit into memory.

import { shorten } from '../../common/shorten.ts';
import type { Mail, ProductSnapshot } from '../../contract/runtime/snapshot.ts';

/** Of a mail's text, and of its payload, in characters. The longest plan that was seen had 9,000. */
export const maxMailCharacters = 65_536;
/** Names, paths, subjects. */
const maxLine = 1_000;
/** Workers of a product, and worktrees. */
const maxRows = 1_000;

/** A row with each of its texts cut. */
const row = <T extends object>(of: T): T =>
  Object.fromEntries(
    Object.entries(of).map(([key, value]) => [
      key,
      typeof value === 'string' ? shorten(value, maxLine) : value,
    ]),
  ) as T;

/** A mail that can be kept. A payload that is cut means nothing, so one that is too long is left out. */
export function keptMail(mail: Mail): Mail {
  const { body, payload } = mail;
  return {
    ...row({ ...mail, body: '', payload: null }),
    body:
      body.length > maxMailCharacters
        ? `${body.slice(0, maxMailCharacters)}…\n[Cut here by fleetd: ${body.length} characters in all. The whole is in the product: ov mail list.]`
        : body,
    payload: payload !== null && payload.length > maxMailCharacters ? null : payload,
  };
}

/** A snapshot that can be kept, with each mail once. */
export function keptSnapshot(snapshot: ProductSnapshot): ProductSnapshot {
  return {
    ...snapshot,
    workers: snapshot.workers.slice(0, maxRows).map(row),
    worktrees: snapshot.worktrees.slice(0, maxRows).map(row),
    operatorMail: [...new Map(snapshot.operatorMail.map(keptMail).map((mail) => [mail.id, mail])).values()],
  };
}
