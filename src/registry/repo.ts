// Which addresses `git clone` may be given. git runs programs for some of them (ext::, a host or path that
// begins with "-" becomes an option of ssh: CVE-2017-1000117), so this lists what is allowed.
import { z } from 'zod';

const host = String.raw`(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?`;
/** No password: it would end up in argv, logs and .git/config. */
const user = '[A-Za-z0-9_][A-Za-z0-9_.%+-]*@';
const rest = String.raw`[^\s\p{Cc}]+`;

const allowed = [
  `https://(?:${user})?${host}/${rest}`,
  `ssh://(?:${user})?${host}/${rest}`,
  // As ssh writes it. With a user: a name alone before the colon is also how a helper is named ("ext::").
  `${user}[A-Za-z0-9][A-Za-z0-9.-]*:(?![-:])${rest}`,
  String.raw`(?:file://)?/[^\p{Cc}]+`,
];

const pattern = new RegExp(`^(?:${allowed.join('|')})$`, 'u');

const expected = 'https://…, ssh://…, user@host:path, file:///… or an absolute path, without a password';

export const repoSchema = z
  .string(expected)
  .refine((address) => address.length <= 2048 && pattern.test(address), expected);
