// From what a human typed to what the demo model calls: several asks in one sentence, words that point back ("it", "and
// product-b?"), and typing mistakes, each brought to sentences that the rules know.
import { distance } from '../../common/edit-distance.ts';
import type { Intent } from './intent.ts';
import { rules } from './sentences.ts';
import type { ToolCall } from './wire.ts';

/** null when nothing fits. Lines are tried from the last: earlier ones may be older messages or metadata. */
export function understand(text: string, before: readonly ToolCall[] = []): Intent | null {
  // Slack's plugin puts the message's id, in brackets, on a line of its own.
  const lines = text.split('\n').filter((line) => !/^\s*\[[^\]\n]*\]\s*$/.test(line));
  const sentences = lines.map((_, i) => bare(lines.slice(lines.length - 1 - i).join('\n')));
  for (const sentence of sentences) {
    const intent = readAsks(sentence) ?? readFollowUp(sentence, before);
    if (intent !== null) return intent;
  }
  const typed = sentences.find((sentence) => sentence !== '') ?? '';
  const meant = corrected(typed);
  const intent = meant === typed ? null : (readAsks(meant) ?? readFollowUp(meant, before));
  return intent && { ...intent, lead: `I read that as “${meant}”. ${intent.lead}` };
}

/** Without the time that a gateway may put before it, in brackets, and the name of whom it mentions after the mention. */
const bare = (sentence: string): string =>
  sentence
    .replace(/^\s*\[[^\]\n]*\]\s*/, '')
    .replace(/^\s*(?:<@\w+>|@[\w-]+)(?: \([^)\n]*\))?[:,]?\s+/, '')
    .trim();

/** Before an ask of its own: the words with which one begins. */
const between =
  /(?:[.;?!]\s+|,?\s+and\s+(?:then\s+|also\s+)?|,\s*)(?=(?:please\s+|also\s+)?(?:tell me|show|what|how|why|pause|resume|focus|stop|start|run|ship|set)\b)/i;

/** One ask, or several: only where each part is one by itself, for an objective may hold any words. */
function readAsks(sentence: string): Intent | null {
  const parts = sentence.split(between);
  const intents = parts.map((part) => readOne(part.replace(/^(?:please|also) /i, '')));
  const whole = intents.every((intent) => intent !== null);
  if (parts.length === 1 || !whole) return readOne(sentence);
  return {
    lead: intents.map(({ lead }) => lead.replace(/:$/, '')).join('; '),
    calls: intents.flatMap(({ calls }) => calls),
  };
}

function readOne(sentence: string): Intent | null {
  for (const rule of rules) {
    const match = rule.pattern.exec(sentence);
    if (match !== null) return rule.intent(Object.assign(match, { 0: sentence }));
  }
  return null;
}

/** Tools that only look: what was asked of one product can be asked of another. */
const looks = new Set(['fleet_status', 'fleet_why', 'fleet_inbox', 'fleet_history', 'fleet_look']);

/** @param before  calls of this conversation, the oldest first */
function readFollowUp(sentence: string, before: readonly ToolCall[]): Intent | null {
  const other = /^\W*(?:and|what about|how about) (?:product )?([a-z0-9][a-z0-9-]*)\W*$/i.exec(sentence)?.[1];
  if (other !== undefined) {
    const product = /^[a-z]$/i.test(other) ? `product-${other.toLowerCase()}` : other.toLowerCase();
    const last = before.at(-1);
    const key = last?.name === 'fleet_why' ? 'target' : 'product';
    const again = last && looks.has(last.name) && last.input[key] !== undefined;
    const call = again
      ? { name: last.name, input: { ...last.input, [key]: product } }
      : { name: 'fleet_status', input: { product } };
    return { lead: `${product}:`, calls: [call] };
  }
  const it = before
    .map(({ input }) => input.product ?? input.target ?? input.objective)
    .findLast((named) => typeof named === 'string' && /^[a-z0-9-]{1,60}$/.test(named));
  if (it === undefined) return null;
  const meant = sentence.replace(/\b(?:it|that|this)\b/i, String(it));
  return meant === sentence ? null : readAsks(meant);
}

/** Words that the rules look for. */
const vocabulary =
  'status products product what which why waiting waits pause resume focus stop start work show files changed priority sessions running queue across about does from need ship tell mail long would take cost doing'.split(
    ' ',
  );

function corrected(sentence: string): string {
  return sentence.replace(/[a-z]{4,}/gi, (word) => {
    const typed = word.toLowerCase();
    if (vocabulary.includes(typed)) return word;
    const most = typed.length > 5 ? 2 : 1;
    const [near] = vocabulary
      .map((known) => ({ known, far: distance(typed, known) }))
      .filter(({ far }) => far <= most)
      .sort((a, b) => a.far - b.far);
    return near?.known ?? word;
  });
}
