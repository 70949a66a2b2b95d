// What Claude Code says when it does not work, as data: each row from panes of 2.0.76 to 2.1.332, or from the texts in
// their programs. A row matches where a line of its own begins, so that a word in the middle of a sentence is none.
import type { ErrorClass } from '../../common/errors.ts';

export type Window = 'session' | 'week' | 'model' | 'spend' | 'credit' | 'unknown';

export interface Said {
  code: string;
  class: ErrorClass;
  pattern: RegExp;
  /** one sentence, in which the line itself is quoted after it */
  message: string;
  mend: string;
  passing: boolean;
  /** newer versions say it as a message (`● …`): only where its beginning leaves no doubt */
  asMessage?: RegExp;
}

const again = 'then start the objective again.';
const login = {
  code: 'CLAUDE_LOGGED_OUT',
  class: 'refused',
  message: 'Expected Claude Code to be logged in, got its login text on the screen.',
  mend: `Put a valid ANTHROPIC_API_KEY (or CLAUDE_CODE_OAUTH_TOKEN) into the runtime's environment, restart the runtime (the tmux server keeps the old one), and start the objective again.`,
  passing: false,
} as const;
const limit = {
  code: 'CLAUDE_USAGE_LIMIT',
  class: 'unavailable',
  message: "Expected the account to have usage left, got Claude Code's limit.",
} as const;

/** First match wins: the narrow before the wide. */
export const said: readonly Said[] = [
  {
    ...limit,
    pattern:
      /^(?:You've (?:hit|reached) your (?!fast)|(?:Claude )?(?:AI )?(?:usage|5-hour|session|weekly|monthly|opus|sonnet|haiku)(?: weekly| usage| session)? limit reached(?! · wrapping)|Limit reached|You're out of (?:extra usage|usage credits)|Your org is out of usage|Your (?:seat type doesn't include|usage allocation has been disabled|group's usage limit)|(?:Fable|Haiku|Mythos|Opus|Sonnet)\b[^·]{0,40} requires usage credits|(?:API Error: )?(?:Request rejected \(429\) · |429 )?spend limit (?:reached|unavailable))/i,
    asMessage:
      /^(?:Claude (?:AI )?usage limit reached|You've (?:hit|reached) your [\w' -]{0,30}limit ·|(?:5-hour|Weekly|Session|Opus|Usage)(?: weekly)? limit (?:reached [·∙]|resets)|API Error: (?:Request rejected \(429\) · |429 )?spend limit)/i,
    mend: 'Nothing to do: it goes on after the reset. To go on sooner, raise the limit or give another account.',
    passing: true,
  },
  {
    ...limit,
    pattern:
      /^API Error: 4\d\d\b.*(?:specified API usage limits|monthly spend limit|usage limits?\b.*regain access)/is,
    asMessage: /^API Error: 4\d\d You have reached your specified API usage limits/i,
    mend: 'Raise the spend limit of the account in its console, or wait until it says that access returns.',
    passing: false,
  },
  {
    ...limit,
    pattern: /^(?:API Error: \d+ .*)?(?:Your )?credit balance (?:is )?too low/is,
    mend: 'Add funds to the account, or give the runtime the key of another one.',
    passing: false,
  },
  {
    code: 'CLAUDE_ORG_DISABLED',
    class: 'refused',
    pattern:
      /^(?:API Error: 4\d\d\b.*organization has been disabled|Your (?:ANTHROPIC_API_KEY belongs to a disabled organization|organization has (?:been )?disabled)|This organization has been disabled|Usage is paused for your organization|This service is disabled for your org)/is,
    asMessage:
      /^(?:API Error: 4\d\d This organization has been disabled|Your ANTHROPIC_API_KEY belongs to a disabled)/i,
    message: 'Expected an organization that may use the API, got one that is disabled.',
    mend: `Give the runtime a key or token of another organization, or have this one enabled; restart the runtime, ${again}`,
    passing: false,
  },
  {
    ...login,
    pattern:
      /^(?:Not logged in\b|Please run \/login\b|Invalid (?:API key|auth token|ANTHROPIC_CUSTOM_HEADERS|request header)|Missing API key|OAuth token (?:has )?(?:been )?(?:revoked|expired)|(?:Anthropic profile )?login expired|Login (?:reached its time limit|interrupted)|Authentication required|Your account does not have access to Claude|Failed to authenticate|Your (?:session|login) has expired|API Error: 401\b|API Error: 403\b.*(?:\/login|OAuth|token)|(?:AWS|Google Cloud) credentials expired|(?:AWS|Google Cloud|Microsoft Foundry) authentication failed)/is,
    asMessage:
      /^(?:Please run \/login · API Error: \d{3}|API Error: 40[13] .*· Please run \/login$|Failed to authenticate[.:] API Error)/i,
  },
  {
    code: 'CLAUDE_FORBIDDEN',
    class: 'refused',
    pattern: /^API Error: 403\b|^API Error: Request blocked before it reached|^Gateway refused the request/i,
    asMessage:
      /^API Error: 403 |^API Error: Request blocked before it reached Anthropic's API|^Gateway refused the request/i,
    message: 'Expected the API to let this account in, got a refusal (403).',
    mend: `Check that the account may use Claude Code and that no proxy or region stands between; ${again}`,
    passing: false,
  },
  {
    code: 'CLAUDE_MODEL_MISSING',
    class: 'refused',
    pattern:
      /^(?:There's an issue with the selected model|API Error: 4\d\d\b.*(?:not_found_error.*model|invalid model name|model: )|.{0,60}is not available with (?:the|your) .{0,20} plan|The model .{1,60} (?:is not available|does not exist))/is,
    asMessage: /^There's an issue with the selected model \(/i,
    message: "Expected the session's model to be there for this account, got a refusal.",
    mend: `Name a model that the account has in .overstory/agent-manifest.json (or update Claude Code), ${again}`,
    passing: false,
  },
  {
    code: 'CLAUDE_CONTEXT_FULL',
    class: 'refused',
    pattern:
      /^(?:Context limit reached|Prompt is too long|Conversation too long|Request too large|API Error: 413\b|API Error: 400\b.*(?:prompt is too long|exceed context limit))/is,
    asMessage: /^(?:Prompt is too long(?: ·|$)|Context limit reached ·|Request too large \()/i,
    message: "Expected room in the coordinator's context, got its end.",
    mend: 'Attach to it and type /compact (or /clear and tell it anew); or stop it and start the objective again.',
    passing: false,
  },
  {
    code: 'CLAUDE_API_ERROR',
    class: 'refused',
    pattern: /^API Error\b.{0,20}\b4(?!08|09|29)\d\d\b/i,
    asMessage: /^API Error: 4(?!08|09|29)\d\d \S/i,
    message: "Expected an answer from the model's API, got a refusal on the screen.",
    mend: 'Read it (`fleet logs`): the same request will be refused again. /rewind or /clear in its terminal, or stop it.',
    passing: false,
  },
  {
    code: 'CLAUDE_API_ERROR',
    class: 'refused',
    pattern:
      /^(?:API Error\b|Request timed out|Repeated 529|Can't reach the API|Unable to connect|Connection (?:dropped|error|closed|reset)|Authentication error · |Overloaded\b|We are experiencing high demand|Opus is experiencing high load|Cannot read properties of undefined|Failed to parse JSON|(?:fetch failed|socket hang up|terminated)$|429 \{|5\d\d (?:\{|<))/i,
    asMessage:
      /^API Error: (?:(?:408|409|429|5\d\d)(?: [A-Z{<]|$)|Request rejected \(\d{3}\)|Connection (?:dropped|error|closed)|API returned an empty|Unable to connect|Request timed out|Stream|The (?:response|stream|server)|Overloaded|Server|Network|Repeated|Response stalled|Cannot read)|^Cannot read properties of undefined \(reading '\w+'\)$|^API Error$/,
    message: "Expected an answer from the model's API, got an error on the screen.",
    mend: "Check the runtime's way to the API, the key's limits and its balance; the session goes on when the API answers.",
    passing: true,
  },
];

export interface Menu {
  code: 'CLAUDE_LOGGED_OUT' | 'CLAUDE_DIALOG' | 'CLAUDE_USAGE_LIMIT';
  /** anywhere in the menu's words */
  pattern: RegExp;
  what: string;
  mend: string;
}

const seed =
  "Run `fleet doctor --fix` (it seeds Claude Code's first-run state), or answer the dialog once in the runtime; then start the objective again.";
const attach = 'Answer it in its terminal (`fleet attach` says how); nothing is typed into a menu from here.';

export const menus: readonly Menu[] = [
  {
    code: 'CLAUDE_USAGE_LIMIT',
    pattern:
      /wait for (?:the )?limit to reset|continue automatically (?:at|when|shortly)|\/rate-limit-options/i,
    what: 'the menu of a usage limit',
    mend: 'Nothing to do before the reset. It can be answered in its terminal: 1 stops and waits.',
  },
  {
    code: 'CLAUDE_LOGGED_OUT',
    pattern:
      /Select login method|Paste code here|Log in to Claude|Login successful|claude\.ai\/oauth|sign in with your/i,
    what: 'a login',
    mend: login.mend,
  },
  {
    code: 'CLAUDE_DIALOG',
    pattern:
      /trust (?:the files|this folder|these settings)|Accessing workspace|Is this a project you (?:created or )?(?:one you )?trust|Bypass Permissions mode|(?:use this|custom) API key|Choose the text style|Let's get started|Security notes|terminal setup/i,
    what: 'a first-run question',
    mend: seed,
  },
  {
    code: 'CLAUDE_DIALOG',
    pattern: /MCP servers? (?:found|may execute)|new MCP server/i,
    what: 'a question about MCP servers',
    mend: `${attach} \`enabledMcpjsonServers\` in the product's .claude/settings.local.json answers it for good.`,
  },
  {
    code: 'CLAUDE_DIALOG',
    pattern: /external (?:CLAUDE\.md )?(?:file )?imports?/i,
    what: 'a question about imported files',
    mend: attach,
  },
  {
    code: 'CLAUDE_DIALOG',
    pattern:
      /Do you want to (?:proceed|make this edit|create|overwrite|allow|delete)|requests? permission|permission to/i,
    what: 'a permission question',
    mend: `${attach} Sessions of the fleet run with permissions bypassed: look why this one does not.`,
  },
  {
    code: 'CLAUDE_DIALOG',
    pattern: /Would you like to proceed|Ready to code|Exit plan mode/i,
    what: 'a plan that waits for approval',
    mend: attach,
  },
  { code: 'CLAUDE_DIALOG', pattern: /(?:)/, what: 'a menu', mend: attach },
];

/** First match wins: "org's monthly spend limit … your 5-hour limit resets" is one of spending. */
export const windows: readonly [Window, RegExp][] = [
  ['spend', /spend limit|spending limit|monthly limit|specified API usage limits/i],
  ['credit', /credit|extra usage|seat type|out of usage|usage allocation|usage limit is set to/i],
  ['model', /\b(?:opus|sonnet|haiku|fable|mythos)\b/i],
  ['week', /\bweek/i],
  ['session', /\bsession limit|5-hour/i],
];
