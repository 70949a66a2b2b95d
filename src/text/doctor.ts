import type { Finding } from '../contract/doctor.ts';
import { line } from './sanitise.ts';

const signs = { ok: 'ok     ', fixed: 'fixed  ', warning: 'warning', failed: 'FAILED ' } as const;

/** For a terminal. What the agent found is told in its own words: who has its end of the channel writes them. */
export function findingText({ check, product, state, says, mend }: Finding): string {
  const what = product === null ? check : `${product}: ${check}`;
  return `${signs[state]}  ${line(what)}: ${line(says)}${mend === null ? '' : `\n         Mend: ${line(mend)}`}`;
}
