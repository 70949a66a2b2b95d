// What Claude Code says when it does not work, as data: each row from panes of 2.0.76 to 2.1.332, or from the texts in
// their programs. A row matches where a line of its own begins, so that a word in the middle of a sentence is none.
import type { ErrorCode } from '../../common/errors.ts';

export type Window = 'session' | 'week' | 'model' | 'spend' | 'credit' | 'unknown';

export interface Said {
  code: ErrorCode;
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
  message: 'Expected Claude Code to be logged in, got its login text on the screen.',
  mend: `Put a valid ANTHROPIC_API_KEY (or CLAUDE_CODE_OAUTH_TOKEN) into the runtime's environment, restart the runtime (the tmux server keeps the old one), and start the objective again.`,
  passing: false,
} as const;
const limit = {
  code: 'CLAUDE_USAGE_LIMIT',
  message: "Expected the account to have usage left, got Claude Code's limit.",
} as const;

/** First match wins: the narrow before the wide. */
export const said: readonly Said[] = [
  {
    ...limit,
    pattern:
      /^(?:You've (?:hit|reached) your (?!fast)|(?:Claude )?(?:(?:AI|Max|Pro|Team) )?(?:usage|5-hour|session|weekly|monthly|opus|sonnet|haiku)(?: weekly| usage| session)? limit reached(?! again · set|, now using| · (?:wrapping|brief))|Limit reached|You're out of (?:extra usage|usage credits)|Your org(?:anization)? is out of usage|Your (?:seat type doesn't include|usage allocation has been disabled|group's usage limit)|(?:Fable|Haiku|Mythos|Opus|Sonnet)\b[^·]{0,40} (?:requires|now uses) usage credits|(?:Fable|Mythos|Opus)\b[^·]{0,10} limit reached · continuing|(?:API Error: )?(?:Request rejected \(429\) · |4\d\d )?spend limit (?:reached|unavailable))/i,
    asMessage:
      /^(?:Claude (?:(?:AI|Max|Pro|Team) )?usage limit reached[.|]|(?:You've (?:hit|reached) your (?!fast)[\w' -]{0,30}limit|You're out of (?:extra usage|usage credits)|(?:5-hour|Weekly|Session|Opus|Usage)(?: weekly)? limit reached) [·∙] (?:resets [\w ,:]{1,24}(?: ?\([\w/+ -]+\)?)?(?:$|\.$| ?[·∙/])|(?:\/|ask |run |progress ))|API Error: (?:Request rejected \(429\) · |429 )?spend limit)/i,
    mend: 'Nothing to do: it goes on after the reset. To go on sooner, raise the limit or give another account.',
    passing: true,
  },
  {
    ...limit,
    pattern:
      /^API Error: (?:Request rejected \()?4\d\d\b.*(?:specified API usage limits|monthly spend limit|usage limits?\b.*regain access|Budget has been exceeded)/is,
    asMessage:
      /^API Error: 4\d\d (?:You have reached your specified API usage limits|Budget has been exceeded)/i,
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
    pattern:
      /^(?:API Error: 4\d\d\b.*organization has been disabled|Your (?:ANTHROPIC_API_KEY belongs to a disabled organization|organization has (?:been )?disabled)|This organization has been disabled|Usage is paused for your organization|This service is disabled for your org|Your account is on hold)/is,
    asMessage:
      /^(?:API Error: 4\d\d This organization has been disabled|Your ANTHROPIC_API_KEY belongs to a disabled)/i,
    message: 'Expected an organization that may use the API, got one that is disabled.',
    mend: `Give the runtime a key or token of another organization, or have this one enabled; restart the runtime, ${again}`,
    passing: false,
  },
  {
    ...login,
    pattern:
      /^(?:Not logged in\b|Please run \/login\b|Invalid (?:API key|auth token|ANTHROPIC_CUSTOM_HEADERS|request header)|Missing API key|OAuth token (?:has )?(?:been )?(?:revoked|expired)|(?:Anthropic profile )?login expired|Login (?:reached its time limit|interrupted)|Authentication required|Your (?:account|organization) does not have access to Claude|Your apiKeyHelper script is failing|(?:API Error: )?Could not resolve authentication method|Failed to authenticate|Your (?:session|login) has expired|API Error: 401\b|API Error: 403\b.*(?:\/login|OAuth|token)|(?:AWS|Google Cloud) credentials expired|(?:AWS|Google Cloud|Microsoft Foundry) authentication failed)/is,
    asMessage:
      /^(?:Please run \/login · API Error: \d{3}|API Error: 40[13] .*· Please run \/login$|Failed to authenticate[.:] (?:API Error|OAuth)|Your (?:account|organization) does not have access to Claude(?: Code)?\. Please (?:run \/login|login again))/i,
  },
  {
    code: 'CLAUDE_FORBIDDEN',
    pattern: /^API Error: 403\b|^API Error: Request blocked before it reached|^Gateway refused the request/i,
    asMessage:
      /^API Error: 403 |^API Error: Request blocked before it reached Anthropic's API|^Gateway refused the request/i,
    message: 'Expected the API to let this account in, got a refusal (403).',
    mend: `Check that the account may use Claude Code and that no proxy or region stands between; ${again}`,
    passing: false,
  },
  {
    code: 'CLAUDE_MODEL_MISSING',
    pattern:
      /^(?:There's an issue with the selected model|API Error: 4\d\d\b.*(?:not_found_error.*model|invalid model name|model: )|.{0,60}is not available with (?:the|your) .{0,20} plan|The model .{1,60} (?:is not available|does not exist)|API Error: .*(?:Usage credits|Extra usage|Usage)(?: is| are)? required for (?:1M|long) context)/is,
    asMessage:
      /^(?:There's an issue with the selected model \(|Claude Opus is not available with the Claude Pro plan\.|The model \S+ is not available on your \w+ deployment|API Error: (?:4\d\d )?(?:Usage credits|Extra usage|Usage)(?: is| are)? required for)/i,
    message: "Expected the session's model to be there for this account, got a refusal.",
    mend: `Name a model that the account has in .overstory/agent-manifest.json (or update Claude Code), ${again}`,
    passing: false,
  },
  {
    code: 'CLAUDE_CONTEXT_FULL',
    pattern:
      /^(?:Context limit reached|Context low · Run|Prompt is too long|(?:Error: )?(?:Error during compaction: )?(?:Error: )?Conversation too long|Request too large|API Error: 413\b|API Error: 400\b.*(?:prompt is too long|exceed context limit))/is,
    asMessage:
      /^(?:Prompt is too long(?: ·|$)|Context (?:limit reached|low) ·|Request too large \(|(?:Error: )?Error during compaction: (?:Error: )?Conversation too long)/i,
    message: "Expected room in the coordinator's context, got its end.",
    mend: 'Attach to it and type /compact (or /clear and tell it anew); or stop it and start the objective again.',
    passing: false,
  },
  {
    code: 'CLAUDE_API_ERROR',
    pattern:
      /^API Error\b.{0,20}\b4(?!08|09|29)\d\d\b|^API Error: (?:.{0,60}(?:can't help with this|safeguards flagged|response exceeded the \d+ output token)|Claude Code is unable to respond)/i,
    asMessage:
      /^API Error: (?:4(?!08|09|29)\d\d (?:[A-Z{<"`]|messages\.|due to tool use|duplicate tool_use|orphaned tool_result|max_tokens|prompt is too|input length|model: |thinking|image |error code)|Claude Code is unable to respond|Claude's response exceeded|\S+ [\d.]+(?: can't help with this|'s safeguards flagged))/,
    message: "Expected an answer from the model's API, got a refusal on the screen.",
    mend: 'Read it (`fleet logs`): the same request will be refused again. /rewind or /clear in its terminal, or stop it.',
    passing: false,
  },
  {
    code: 'CLAUDE_API_ERROR',
    pattern:
      /^(?:API Error\b(?!: (?:Request was|Operation) aborted)|Request timed out|Repeated 529|Can't reach the API|Unable to connect|Connection (?:dropped|error|closed|reset|refused|lost)|No internet route|Couldn't connect through your proxy|Could not refresh your login because another|Failed to refresh OAuth token: another|undefined is not an object \(evaluating|Authentication error · |Overloaded\b|We are experiencing high demand|Opus is experiencing high load|Cannot read properties of undefined|Failed to parse JSON|(?:fetch failed|socket hang up|terminated)$|429 \{|5\d\d (?:\{|<))/i,
    asMessage:
      /^API Error: (?:(?:408|409|429|5\d\d)(?: (?:[A-Z{<"]|upstream |no healthy |error code|status code)|$)|Request rejected \(\d{3}\)|Connection (?:dropped|error|closed|refused|lost)|API returned an empty|Unable to connect|Request timed out|Stream|The (?:response|stream|server)|Overloaded|Server|Network|Repeated|Response stalled|Cannot read|Your computer went|No response from|No internet|Content block|Part of the response|Unexpected (?:token|end)|terminated$)|^Cannot read properties of undefined \(reading '\w+'\)$|^API Error$/,
    message: "Expected an answer from the model's API, got an error on the screen.",
    mend: "Check the runtime's way to the API, the key's limits and its balance; the session goes on when the API answers.",
    passing: true,
  },
];

/**
 * A message that is nothing but its error. "✻ Baked for 3m" stands under the answer of each long turn, also of one that
 * ended so; an agent's report that begins with an error goes on in its own words.
 */
export const wholeError =
  /^(?:You've hit your [\w' -]{0,30}limit [·∙] resets [^.]{1,45}|API Error: \d{3} (?:\{.*\}|[^.]{3,80}(?:\.[^.]{3,80})?\. This is a server-side issue, .{1,160})(?: · .{1,60})?|Please run \/login · API Error: .{1,300}|API Error: Request rejected \(429\) · .{1,200}|API Error: (?:Unable to connect to API|Connection (?:dropped|error|refused))[^.]{0,40}(?:\. Check .{1,120})?|API Error: Repeated 529 Overloaded errors.{0,160}|Prompt is too long(?: · .{1,80})?|There's an issue with the selected model \(.{1,80}\)\..{1,120})$/;

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
      /wait for (?:the )?limit to reset|continue automatically (?:at|when|shortly)|\/rate-limit-options|You've (?:hit|reached) your [\w ]{0,30}limit/i,
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
  ['spend', /spend limit|spending limit|monthly limit|specified API usage limits|budget/i],
  ['credit', /credit|extra usage|seat type|out of usage|usage allocation|usage limit is set to/i],
  ['model', /\b(?:opus|sonnet|haiku|fable|mythos)\b/i],
  ['week', /\bweek/i],
  ['session', /\bsession limit|5-hour/i],
];
