// What Claude Code says when it does not work, in the forms in which its versions show it: under the prompt, after a tool,
// as a message, after a long turn, with the input in a box, wrapped at two widths. And what only looks like it.
import { describe, expect, it } from 'vitest';
import { readScreen } from '../../src/overstory/screen.ts';

const now = Date.parse('2026-11-03T11:30:00Z');
const rule = (width: number) => '─'.repeat(width);
const input = (width = 80, under = '') =>
  `${rule(width)}\n❯ \n${rule(width)}\n  ⏵⏵ bypass permissions on (shift+tab to cycle)\n${under}`;

/** As Ink does it: at words, the rest indented under its mark. */
function wrapped(text: string, mark: string, width: number): string {
  const indent = ' '.repeat(mark.length);
  const lines = [mark];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.trim() !== mark.trim() && line.length + word.length >= width) lines.push(indent + word);
    else lines[lines.length - 1] = line.endsWith(' ') ? line + word : `${line} ${word}`;
  }
  return lines.join('\n');
}

const forms: Record<string, (text: string) => string> = {
  'under the prompt': (text) => `❯ go on\n${wrapped(text, '  ⎿  ', 80)}\n\n${input()}`,
  'after a tool': (text) =>
    `❯ go on\n\n● Bash(npm test)\n  ⎿  ok\n\n${wrapped(text, '  ⎿  ', 120)}\n\n✻ Baked for 3m 2s\n\n${input(120)}`,
  'with a box': (text) =>
    `> go on\n${wrapped(text, '  ⎿  ', 76)}\n\n╭${rule(76)}╮\n│ >${' '.repeat(74)}│\n╰${rule(76)}╯\n  ? for shortcuts`,
};
const message = (text: string, under = '') => `❯ go on\n\n${wrapped(text, '● ', 80)}\n\n${under}${input()}`;

function told(pane: string): string {
  const { state, problem, limit, passing, placed } = readScreen(pane, now, 'UTC');
  const what = limit ? `${limit.window} ${limit.resetsAt ?? 'unsaid'}` : problem?.code.replace('CLAUDE_', '');
  return [placed ? state : 'not placed', what, passing && 'passing'].filter(Boolean).join(', ');
}

const limits: [string, string][] = [
  ['You’ve hit your session limit · resets 3:45pm', 'session 2026-11-03T15:45:00+00:00[UTC]'],
  ["You've hit your weekly limit · resets Mon 12:00am", 'week 2026-11-09T00:00:00+00:00[UTC]'],
  [
    "You've hit your Opus limit · resets Nov 7, 4pm (Europe/Rome)",
    'model 2026-11-07T16:00:00+01:00[Europe/Rome]',
  ],
  [
    "You've hit your limit · resets Nov 9 at 2pm (Asia/Seoul)",
    'unknown 2026-11-09T14:00:00+09:00[Asia/Seoul]',
  ],
  [
    '5-hour limit reached ∙ resets 3pm (America/New_York) /upgrade to get more',
    'session 2026-11-03T15:00:00-05:00[America/New_York]',
  ],
  ['5-hour limit reached ∙ resets 15:00', 'session 2026-11-03T15:00:00+00:00[UTC]'],
  ['Opus weekly limit reached ∙ resets Nov 8, 9am', 'model 2026-11-08T09:00:00+00:00[UTC]'],
  ['Weekly limit reached ∙ resets 12am', 'week 2026-11-04T00:00:00+00:00[UTC]'],
  [
    'Claude Max usage limit reached. Your limit will reset at 1pm (Etc/GMT+5).',
    'unknown 2026-11-03T13:00:00-05:00[Etc/GMT+5]',
  ],
];
const others: [string, string][] = [
  [
    "You're out of extra usage · resets 11:30am (Asia/Colombo)",
    'limited, credit 2026-11-04T11:30:00+05:30[Asia/Colombo]',
  ],
  ["You've hit your org's monthly spend limit · ask your admin to raise it", 'limited, spend unsaid'],
  [
    'spend limit reached (daily; resets 2026-11-09 00:00 UTC)',
    'limited, spend 2026-11-09T00:00:00+00:00[UTC]',
  ],
  [
    'Fable 5 limit reached · continuing on Fable 5 uses usage credits, and nobody answered',
    'limited, model unsaid, passing',
  ],
  ['Credit balance is too low', 'limited, credit unsaid'],
  ['Invalid API key · Please run /login', 'problem, LOGGED_OUT'],
  ['OAuth token has expired · Please run /login', 'problem, LOGGED_OUT'],
  ['Your apiKeyHelper script is failing · Run /status to see its output', 'problem, LOGGED_OUT'],
  ['Your organization does not have access to Claude. Please login again.', 'problem, LOGGED_OUT'],
  [
    'Could not refresh your login because another Claude Code process is refreshing it',
    'problem, API_ERROR, passing',
  ],
  ["Your account is on hold and can't use Claude Code.", 'problem, ORG_DISABLED'],
  ['Context low · Run /compact to compact & continue', 'problem, CONTEXT_FULL'],
  ['Error: Error during compaction: Error: Conversation too long.', 'problem, CONTEXT_FULL'],
  ['API Error: Extra usage is required for long context requests.', 'problem, MODEL_MISSING'],
  [
    'API Error (404 {"error":{"type":"not_found_error","message":"model: opus-9"}})',
    'problem, MODEL_MISSING',
  ],
  ["API Error: Opus 4.6 can't help with this. Start a new session to continue.", 'problem, API_ERROR'],
  ['API Error (Connection error.)', 'problem, API_ERROR, passing'],
  ["Couldn't connect through your proxy (ERR_PROXY_TUNNEL)", 'problem, API_ERROR, passing'],
  ['Claude Opus 4 limit reached, now using Sonnet 4', 'idle'],
  ["You've hit your fast limit · resets in 12m", 'idle'],
  ['API Error: Request was aborted.', 'idle'],
  ['Interrupted · What should Claude do instead?', 'idle'],
];
const known = [...limits.map(([text, limit]) => [text, `limited, ${limit}, passing`] as const), ...others];

describe.each(Object.entries(forms))('%s', (_, form) => {
  it.each(known)('%s: %s', (text, meaning) => {
    expect(told(form(text))).toBe(meaning);
  });
});

describe('a message that is an error', () => {
  const baked = '✻ Brewed for 1h 14m 17s\n\n';
  it.each<[string, string, string?]>([
    [
      'API Error: 529 Overloaded. This is a server-side issue, usually temporary — try again in a moment.',
      'problem, API_ERROR, passing',
      baked,
    ],
    [
      "You've hit your session limit · resets 3:20pm (Europe/Berlin)",
      'limited, session 2026-11-03T15:20:00+01:00[Europe/Berlin], passing',
      baked,
    ],
    [
      'API Error: 400 {"type":"error","error":{"message":"Your credit balance is too low to use it."}}',
      'limited, credit unsaid',
      baked,
    ],
    ['API Error: 401 Invalid authentication credentials', 'problem, LOGGED_OUT'],
    ['Your account does not have access to Claude Code. Please run /login.', 'problem, LOGGED_OUT'],
    [
      'Claude Opus is not available with the Claude Pro plan. Run /logout and /login.',
      'problem, MODEL_MISSING',
    ],
    ['API Error: 400 duplicate tool_use ID in conversation history.', 'problem, API_ERROR'],
    [
      'API Error: 400 {"error":{"message":"Extra usage is required for long context requests."}}',
      'problem, MODEL_MISSING',
    ],
    ['API Error: 400 Budget has been exceeded! Current cost: 12.1', 'limited, spend unsaid'],
    [
      'API Error: Request rejected (429) · Extra usage is required for long context',
      'problem, MODEL_MISSING',
    ],
    ['API Error: 413 <html><body>Request Entity Too Large</body></html>', 'problem, CONTEXT_FULL'],
    [
      'API Error: 503 upstream connect error or disconnect/reset before headers',
      'problem, API_ERROR, passing',
    ],
    ['API Error: Your computer went to sleep mid-response.', 'problem, API_ERROR, passing'],
  ])('%s', (text, meaning, under) => {
    expect(told(message(text, under))).toBe(meaning);
  });

  it.each([
    ['API Error: 400 orphaned tool_result in the history.', 'Run /rewind to go back', 'problem, API_ERROR'],
    [
      'API Error: 503 something new went wrong',
      'Resend your message to try again',
      'problem, API_ERROR, passing',
    ],
    [
      'Please run /login · API Error: 403 Attention Required!',
      'Once fixed, resend your message',
      'problem, LOGGED_OUT',
    ],
  ])('is known by what the input offers: %s', (text, offer, meaning) => {
    expect(
      told(message(text, `${' '.repeat(60)}◐ medium · /effort\n`).replace('\n❯ \n', `\n❯ ${offer}\n`)),
    ).toBe(meaning);
  });

  it.each([
    "You've hit your session limit · resets 3pm (UTC) is what the old page said; the new one counts down.",
    'Prompt is too long, said the reviewer, so I cut it.',
    'API Error: 401 shows up in the log of a worker whose key is wrong.',
    'Invalid API key is what it should say.',
    '● The log says:\n\n     ⎿  Credit balance is too low\n\n  It was last week.',
    'Three things:\n\n  1. Claude usage limit reached. Your limit will reset at 3pm (UTC).\n  2. API Error: 529\n\n  All mended.',
    'It looks so:\n\n  ❯ 1. Stop and wait for limit to reset\n    2. Upgrade your plan\n\n    Enter to confirm · Esc to cancel\n\n  It is told as a dialog.',
  ])('is none where an agent quotes it: %s', (text) => {
    expect(told(`❯ what went wrong?\n\n● ${text}\n\n${input()}`)).toBe('idle');
  });

  it('is behind a survey, and before a list of tasks', () => {
    const limit = "  ⎿  You've hit your session limit · resets 3pm (UTC)\n\n";
    const survey =
      '● How is Claude doing this session? (optional)\n  1: Bad    2: Fine   3: Good   0: Dismiss\n\n';
    const tasks = '  4 tasks (2 done, 1 open)\n  ◼ Dedup the cache\n  ✔ Stop resending\n\n';
    for (const under of [survey, tasks])
      expect(readScreen(`❯ go on\n${limit}${under}${input()}`, now).limit?.text).toBe(
        "You've hit your session limit · resets 3pm (UTC)",
      );
  });
});

describe('a notice under the input', () => {
  const hit = "❯ go on\n  ⎿  You've hit your limit · resets 12:35pm (UTC)\n\n";
  const set = '● Usage limit reached · set to continue automatically at 12:35pm\n\n';
  it.each([
    ['', true],
    [
      '  ⚠ Usage limit reached · limit resets 12:35pm\n    Continuing automatically at 12:35pm · Esc to cancel\n',
      true,
    ],
    ['  ⚠ Your usage limit has reset\n    Press enter to continue\n', false],
    ['     Automatic continue cancelled · /rate-limit-options to wait again\n', false],
    ['     Automatic continue did not run · send a prompt to continue\n', false],
  ])('says whether it goes on by itself: %j', (under, byItself) => {
    expect(readScreen(hit + set + input(80, under), now).limit?.continuesByItself).toBe(byItself);
  });

  it.each([
    ['  5-hour limit reached ∙ resets 3pm\n', 'limited, session 2026-11-03T15:00:00+00:00[UTC], passing'],
    ['  Approaching usage limit · resets at 7pm\n', 'idle'],
    ["  You're now using extra usage · Your session limit resets 3pm\n", 'idle'],
    ['  Context low (9% remaining) · Run /compact to compact & continue\n', 'idle'],
    ['  ⚠ Usage limit reached · wrapping up · limit resets 5pm\n', 'idle'],
  ])('%j is %s', (under, meaning) => {
    expect(told(`❯ go on\n\n● Ready.\n\n${input(80, under)}`)).toBe(meaning);
  });
});

describe('a menu', () => {
  const menu = (title: string, ...options: string[]) =>
    `${rule(80)}\n  ${title}\n\n${options.map((one, n) => `  ${n === 0 ? '❯' : ' '} ${n + 1}. ${one}`).join('\n')}\n\n  Enter to confirm · Esc to cancel\n`;
  const what = 'What do you want to do?';
  const wait = 'Stop and wait for limit to reset';
  it.each([
    [menu(what, 'Add funds to continue with extra usage', wait), 'unknown unsaid, passing'],
    [
      `❯ go on\n  ⎿  You've hit your limit · resets 2pm (UTC)\n\n❯ /rate-limit-options\n${menu(what, wait, 'Request more')}`,
      'unknown 2026-11-03T14:00:00+00:00[UTC], passing',
    ],
    [
      `❯ go on\n  ⎿  You've hit your team's shared spend limit\n\n${menu(what, 'Stop', 'Ask your admin for more usage')}`,
      'spend unsaid, passing',
    ],
    [
      menu("You've reached your Fable limit for this week. Switch models?", 'Switch to Opus', 'Stop'),
      'model unsaid, passing',
    ],
  ])('of a limit is one: %j', (pane, limit) => {
    expect(told(pane)).toBe(`limited, ${limit}`);
    expect(readScreen(pane, now)).toMatchObject({ acceptsText: false, limit: { opensMenu: true } });
  });

  it('that nobody knows is a dialog with its words', () => {
    const pane = menu('Rate this session', 'Good', 'Bad');
    expect(told(pane)).toBe('dialog, DIALOG');
    expect(readScreen(pane, now).problem?.message).toContain('Rate this session | ❯ 1. Good | 2. Bad');
  });
});

it.each([
  ['', 'blank'],
  ['  \n\n', 'blank'],
  ['oh no: it has crashed.\n\n$ ', 'problem, EXITED'],
  ['shop % ', 'problem, EXITED'],
  ['❯ go on\n  ⎿  API Error (529 {}) · Retrying in 4 seconds… (attempt 4/10)\n\n', 'busy'],
  ['❯ go on\n\n✻ Waiting for API response · will retry in 12s\n\n', 'busy'],
])('%j is %s', (pane, meaning) => {
  expect(told(pane === '' || pane.includes('❯') ? pane + (pane && input()) : pane)).toBe(meaning);
});
