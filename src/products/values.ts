// `key=value` of `fleet edit`, as YAML has it: `priority=high`, `caps.max_workers=3`, `channels=[webchat, "slack:#shop"]`.
import { FleetError } from '../common/errors.ts';
import { readDocument } from '../registry/source.ts';

export interface Asked {
  path: [string, ...string[]];
  /** undefined: the key is taken out, so that its default holds */
  value: unknown;
}

/** @throws FleetError BAD_USAGE */
export function readValue(word: string): Asked {
  const [, keys = '', text = ''] = /^([a-z_]+(?:\.[a-z_]+)*)=(.*)$/s.exec(word) ?? [];
  const [first, ...rest] = keys.split('.');
  if (!first) throw wrong(word, 'key=value, e.g. priority=high or caps.max_workers=3');
  if (first === 'name')
    throw new FleetError({
      code: 'BAD_USAGE',
      message: 'Expected another key than name, got name: by it the journal knows what was.',
      mend: 'Remove the product and add it by its new name.',
    });
  if (text.trim() === '' || text.trim() === 'default') return { path: [first, ...rest], value: undefined };
  return { path: [first, ...rest], value: meaningOf(text) };
}

function meaningOf(text: string): unknown {
  const quoted = /^\s*["'[{]/.test(text);
  // A description may have a `#` in it, which begins a comment in YAML.
  if (!quoted && /(?:^|\s)#/.test(text)) return text;
  const document = readDocument(text);
  // What is no YAML is a text, and so is what only looks like a mapping: `description=Shop: the web one`.
  if (document.errors.length > 0) return text;
  const value: unknown = document.toJS();
  return typeof value === 'object' && value !== null && !quoted ? text : value;
}

const wrong = (word: string, expected: string) =>
  new FleetError({
    code: 'BAD_USAGE',
    message: `Expected ${expected}, got ${JSON.stringify(word.slice(0, 60))}.`,
    mend: 'Every key is explained in products.yaml; see `fleet help edit`.',
  });
