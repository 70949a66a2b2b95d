// The sentences the demo model understands, and the tool calls they become. First rule that fits wins; what is made of a
// sentence before it comes here is in understand.ts.
import { type Intent, named, one, planName, started } from './intent.ts';

export interface Rule {
  /** Shown in the help text. */
  example: string;
  pattern: RegExp;
  intent(match: RegExpExecArray): Intent;
}

/** What points back ("it") is no name: understand.ts puts one in its place. */
const product =
  '(?:product[- ])?(?!(?:it|that|this|them|the|all|work|is|was|does|has|did)\\b)[a-z0-9][a-z0-9-]*';
const list = `(?:both |all of )?${product}(?:(?:, and |, | and )${product})*`;

export const rules: readonly Rule[] = [
  {
    example: 'What products are you managing?',
    pattern: /^(?!.*\bstatus\b).*\b(what|which|list)\b.*\bproducts\b/i,
    intent: () => one('These are the products:', 'fleet_products', {}),
  },
  {
    example: 'How many sessions are running? Are we at capacity?',
    pattern: /\b(how many sessions|capacity)\b/i,
    intent: () => one('Sessions and capacity now:', 'fleet_status', {}),
  },
  {
    example: "What's the status across all products?",
    pattern:
      /\b(status|how are)\b.*\b(all|across|everything|every|fleet|products)\b|^\W*(?:the )?status\W*$/i,
    intent: () => one('The status of the fleet now:', 'fleet_status', {}),
  },
  {
    example: "What's the status of product-a now?",
    pattern: new RegExp(`(?:\\bstatus (?:of|on|for) |\\bhow is )(?:the )?(${product})`, 'i'),
    intent: ([, name = '']) => one(`${named(name)} now:`, 'fleet_status', { product: named(name) }),
  },
  {
    example: 'What is product-b doing?',
    pattern: new RegExp(
      `\\bwhat(?: is|'s|’s)? (?:(${product})(?: is)? (?:doing|up to|at)|(?:going on|new|happening) (?:with|in|on) (${product}))`,
      'i',
    ),
    intent: ([, name, other = '']) =>
      one(`${named(name ?? other)} now:`, 'fleet_status', { product: named(name ?? other) }),
  },
  {
    example: 'Pause product-b, focus on product-a',
    pattern: new RegExp(`^\\W*(?:pause|hold) (${product})\\W*$`, 'i'),
    intent: ([, name = '']) => one('Paused:', 'fleet_pause', { product: named(name) }),
  },
  {
    example: 'Focus on product-a',
    pattern: new RegExp(`^\\W*focus on (${product})`, 'i'),
    intent: ([, name = '']) => one('Focus:', 'fleet_focus', { product: named(name) }),
  },
  {
    example: 'Resume product-b',
    pattern: new RegExp(`^\\W*resume (${product})`, 'i'),
    intent: ([, name = '']) => one('Resumed:', 'fleet_resume', { product: named(name) }),
  },
  {
    example: 'Set the priority of product-a to high',
    pattern: new RegExp(`\\bpriority of (${product}) to (\\w+)`, 'i'),
    intent: ([, name = '', priority = '']) =>
      one('Priority:', 'fleet_priority', {
        product: named(name),
        priority: /^\d+$/.test(priority) ? Number(priority) : priority.toLowerCase(),
      }),
  },
  {
    example: 'Why is product-b waiting?',
    pattern: new RegExp(`^\\W*why (?:is|does|has|did|was)? ?(${product})`, 'i'),
    intent: ([, name = '']) =>
      one('The reason:', 'fleet_why', { target: name.startsWith('obj-') ? name : named(name) }),
  },
  {
    example: 'What is waiting?',
    pattern: /\b(what|who|anything|anybody)\b.*\b(waits|waiting|queued|queue)\b/i,
    intent: () => one('What runs and what waits:', 'fleet_status', {}),
  },
  {
    example: 'What do you need from me?',
    pattern: /\b(need|want)\b.*\bfrom me\b|\bneeds? me\b|\b(open|any) (gates|questions)\b/i,
    intent: () => one('What only you can answer:', 'fleet_gates', {}),
  },
  {
    example: 'What if I start work on product-c?',
    pattern: new RegExp(`\\bwhat (?:if|would happen)\\b.*\\bon (${product})`, 'i'),
    intent: ([, name = '']) => one('What would happen:', 'fleet_plan', { start: [named(name)] }),
  },
  {
    example: 'How long would it take to fix the login page on product-a?',
    pattern: new RegExp(
      `^\\W*(?:how long|what) would (?:it )?(?:take|cost)(?: it)? (?:to )?([\\s\\S]+?) on (${product})\\W*$`,
      'i',
    ),
    intent: ([, objective = '', name = '']) =>
      one('Expected:', 'fleet_estimate', { product: named(name), objective }),
  },
  {
    example: 'Ship auth in product-a, then announce it in product-c',
    pattern: new RegExp(
      `^\\W*([a-z][^,.]*?) (?:in|on) (${product}),? then ([a-z][^,.]*?) (?:in|on) (${product})\\W*$`,
      'i',
    ),
    intent: ([, first = '', a = '', second = '', b = '']) =>
      one('A plan; nothing of it runs yet:', 'fleet_draft', {
        name: planName(first),
        steps: [
          { name: 'first', product: named(a), objective: `${first}.` },
          {
            name: 'then',
            product: named(b),
            objective: `${second}. Before it, in ${named(a)}: ${first}.`,
            needs: ['first'],
          },
        ],
      }),
  },
  {
    example: 'Stop product-a',
    pattern: new RegExp(`^\\W*stop (?:work on )?(${product})\\W*$`, 'i'),
    intent: ([, name = '']) => one('Stopping:', 'fleet_stop', { product: named(name) }),
  },
  {
    // A yes or no to a gate, in whatever words: no model may bring it.
    example: 'The plan on product-a looks good, go ahead',
    pattern:
      /\b(?:plan|proposal|gate|question)\b.*\b(?:looks? (?:good|fine|right)|go ahead|(?:is|are) (?:good|fine|ok|okay|approved|rejected|accepted)|approved?|rejected?)\b|^\W*(?:(?:yes|ok|okay)\W+)?(?:looks good|go ahead|lgtm|i approve|approved)\b|^\W*(?:approve|reject|accept) (?!gate\b|\d)[^,]*\bplan\b/i,
    intent: () => one('Only you can answer a gate, by typing the line below it:', 'fleet_gates', {}),
  },
  {
    example: 'Tell product-a to keep the old login page',
    pattern: new RegExp(`^\\W*(?:tell|message|ask) (${product})[:,]? (?:(?:to|that) )?([\\s\\S]+)`, 'i'),
    intent: ([, name = '', text = '']) =>
      one('Passed on:', 'fleet_message', { product: named(name), text: text.trim() }),
  },
  {
    example: 'Any mail from product-a?',
    pattern: new RegExp(`\\b(?:mail|inbox|messages)\\b.* (?:from|of|for|in) (${product})`, 'i'),
    intent: ([, name = '']) => one(`Mail from ${named(name)}:`, 'fleet_inbox', { product: named(name) }),
  },
  {
    example: 'Show the file README.md of product-a',
    pattern: new RegExp(`\\bshow (?:me )?(?:the )?file (\\S+) (?:of|in) (${product})`, 'i'),
    intent: ([, path = '', name = '']) =>
      one(`${path} of ${named(name)}:`, 'fleet_look', { product: named(name), kind: 'file', path }),
  },
  {
    example: 'Show the files of product-a',
    pattern: new RegExp(`\\bshow (?:me )?(?:the )?(files|tree|log|commits) (?:of|in) (${product})`, 'i'),
    intent: ([, what = '', name = '']) => {
      const kind = /log|commits/i.test(what) ? 'log' : 'tree';
      return one(`In ${named(name)}:`, 'fleet_look', { product: named(name), kind });
    },
  },
  {
    example: 'What did obj-1 change?',
    pattern:
      /^\W*(?:what|show)\b.*\b(?:chang\w*|diff|did|made|came)\b.*?\b(obj-\d+)\b|\b(obj-\d+)\b.*\b(?:changed?|diff)\b/i,
    intent: ([, id, other = '']) =>
      one('What it changed:', 'fleet_diff', { objective: (id ?? other).toLowerCase() }),
  },
  {
    example: 'Show me what changed in product-a',
    pattern: new RegExp(
      `^\\W*(?:what|show)\\b.*\\b(?:chang\\w*|diff|done|finished|over)\\b.* (?:in|on|of|for|by) (${product})|^\\W*what did (${product}) (?:change|do|make)`,
      'i',
    ),
    intent: ([, name, other = '']) =>
      one('What is over there; `/fleet diff` with its number shows the lines:', 'fleet_history', {
        product: named(name ?? other),
      }),
  },
  {
    example: 'How much did that cost?',
    pattern: /\b(?:how much|what)\b.*\b(?:costs?|spen[dt]|pay|paid)\b|^\W*(?:costs?|spending)\W*$/i,
    intent: () => ({
      lead: 'That is a line of yours to type: `/fleet spend` says it by day and product, `/fleet result` with a number for one objective.',
      calls: [],
    }),
  },
  {
    example: 'What came of it?',
    pattern: /\b(?:what|how) (?:came|became|went|was done)\b|\bwhat is (?:done|over|finished)\b|\bhistory\b/i,
    intent: () => one('What is over:', 'fleet_history', {}),
  },
  {
    example: 'Run a scout on product-a to explore the codebase structure',
    pattern: new RegExp(`^\\W*run an? [\\w -]+? on (${list})(?= to | and |\\W*$)`, 'i'),
    intent: started,
  },
  {
    example: 'Start work on both product-a and product-c',
    pattern: new RegExp(`^\\W*(?:start|begin|continue) (?:work(?:ing)? )?on (${list})`, 'i'),
    intent: started,
  },
  {
    example: 'Ship the auth feature on product-a',
    pattern: new RegExp(
      `^\\W*(?:ship|build|add|fix|write|implement|refactor|test|improve|start|draft|create|update) .+ (?:on|in|for) (${list})\\W*$`,
      'i',
    ),
    intent: started,
  },
  {
    example: 'Undo',
    pattern: /^\W*(undo|cancel|approve|reject|answer|retry|report)((?: [\w#-]+)*)\W*$/i,
    intent: ([, verb = '', rest = '']) => ({
      lead: `That is yours to type, no model needed: \`/fleet ${verb.toLowerCase()}${rest.replace(/ (?:gate|question|the plan)\b/i, '')}\``,
      calls: [],
    }),
  },
  {
    example: 'Add a product',
    pattern: /^\W*(?:add|create|register|new) (?:an?(?:other)? |the )?(?:new )?product(?![\w-])/i,
    intent: () => ({
      lead: 'That is yours to type, in a terminal of the machine that runs the fleet: `fleet add <folder or address>` (in a trial `bin/fleet add …`). It looks at the repository and asks before it writes.',
      calls: [],
    }),
  },
];

export const examples: readonly string[] = rules.map((rule) => rule.example);

/** Those that a newcomer is shown: one of each kind. */
export const shown: readonly string[] = [
  "What's the status across all products?",
  'What is product-b doing?',
  'Run a scout on product-a to explore the codebase structure',
  'Ship the auth feature on product-a',
  'Pause product-b, focus on product-a',
  'Why is product-b waiting?',
  'Show me what changed in product-a',
  'What do you need from me?',
];
