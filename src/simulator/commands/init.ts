// `ov init`: the scaffold of a project, committed. Much text before the JSON line, as the real one prints.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { OvSimCommand } from '../cli/command.ts';
import { OvFailure } from '../cli/failure.ts';
import { run } from '../processes.ts';
import { gitRoot } from '../project.ts';

const folders = ['', 'agents/', 'agent-defs/', 'worktrees/', 'specs/', 'logs/'];
const roles = [
  'reviewer',
  'lead',
  'monitor',
  'builder',
  'merger',
  'coordinator',
  'scout',
  'orchestrator',
  'ov-co-creation',
];
const tools = ['mulch', 'seeds', 'canopy'];

export const init: OvSimCommand = {
  options: [
    '--force',
    '--yes',
    '--name <name>',
    '--tools <list>',
    ...tools.map((tool) => `--skip-${tool}`),
    '--skip-onboard',
    '--json',
  ],
  async run(call) {
    const root = gitRoot(process.cwd());
    if (root === null)
      throw new OvFailure("overstory requires a git repository. Run 'git init' first.", 'VALIDATION_ERROR');
    const base = join(root, '.overstory');
    const again = existsSync(join(base, 'config.yaml'));
    if (again && !call.has('yes') && !call.has('force'))
      return {
        raw: 'Warning: .overstory/ already initialized in this project.\nUse --force or --yes to reinitialize.\n',
        fields: undefined,
      };
    const name = call.value('name') ?? basename(root);
    const branch = (await run('git', ['symbolic-ref', '--short', 'HEAD'], root)).stdout.trim() || 'main';
    const files: [string, string][] = [
      ...roles.map((role): [string, string] => [
        `agent-defs/${role}.md`,
        `# ${role}\n\nSimulated by ov-sim.\n`,
      ]),
      ['config.yaml', configText(name, root, branch)],
      [
        'agent-manifest.json',
        `${JSON.stringify({ version: '1.0', agents: {}, capabilityIndex: {} }, null, 2)}\n`,
      ],
      ['hooks.json', '{}\n'],
      ['.gitignore', gitignore],
      ['README.md', '# .overstory\n\nMade by ov-sim, a simulator of overstory.\n'],
    ];
    for (const folder of folders) mkdirSync(join(base, folder), { recursive: true });
    for (const [path, text] of files) writeFileSync(join(base, path), text);
    const attributes = addAttributes(root);
    const skipped = tools.filter((tool) => !call.has(`skip-${tool}`));
    const committed = await commitScaffold(root);
    const created = [
      ...folders.map((folder) => `.overstory/${folder}`),
      ...files.map(([path]) => `.overstory/${path}`),
      ...(attributes ? ['.gitattributes'] : []),
    ].map((path) => `✓ Created ${path}`);
    const text = [
      ...(again ? ['Reinitializing .overstory/ (--yes)', ''] : []),
      `Initializing overstory for "${name}"...`,
      '',
      ...(call.quiet ? [] : created),
      ...(skipped.length === 0 ? [] : ['', 'Bootstrapping ecosystem tools...', '']),
      ...(call.quiet
        ? []
        : skipped.map(
            (tool) => `! ${tool} not installed — skipping — install: npm i -g @os-eco/${tool}-cli`,
          )),
      ...(committed && !call.quiet ? ['✓ Committed scaffold files'] : []),
    ];
    return {
      raw: `${text.join('\n')}\n`,
      fields: {
        project: name,
        tools: {
          overstory: { status: 'initialized', path: base },
          ...Object.fromEntries(
            skipped.map((tool) => [tool, { status: 'skipped', path: join(root, `.${tool}`) }]),
          ),
        },
        onboard: {},
        gitattributes: attributes,
        scaffoldCommitted: committed,
      },
    };
  },
};

/** @returns whether the line had to be added */
function addAttributes(root: string): boolean {
  const path = join(root, '.gitattributes');
  const lines = ['.mulch/expertise/*.jsonl merge=union', '.seeds/issues.jsonl merge=union'];
  const known = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const missing = lines.filter((line) => !known.includes(line));
  if (missing.length > 0)
    appendFileSync(path, `${known === '' || known.endsWith('\n') ? '' : '\n'}${missing.join('\n')}\n`);
  return missing.length > 0;
}

/** Without a git identity nothing is committed and nothing is said, as in overstory. */
async function commitScaffold(root: string): Promise<boolean> {
  await run('git', ['add', '.overstory', '.gitattributes'], root);
  if ((await run('git', ['diff', '--cached', '--quiet'], root)).exit === 0) return false;
  return (
    (await run('git', ['commit', '--quiet', '-m', 'chore: initialize overstory and ecosystem tools'], root))
      .exit === 0
  );
}

function configText(name: string, root: string, branch: string): string {
  return `# Overstory configuration (written by ov-sim)
project:
  name: ${name}
  root: ${root}
  canonicalBranch: ${branch}
agents:
  manifestPath: .overstory/agent-manifest.json
  baseDir: .overstory/agent-defs
  maxConcurrent: 25
  maxDepth: 2
worktrees:
  baseDir: .overstory/worktrees
coordinator:
  exitTriggers:
    allAgentsDone: false
    taskTrackerEmpty: false
    onShutdownSignal: false
runtime:
  default: claude
  claudeHeadlessByDefault: true
`;
}

/** Everything ignored but the scaffold itself, overstory's own rule. */
const gitignore = `# Wildcard+whitelist: ignore everything, whitelist tracked files
*
!.gitignore
!config.yaml
!agent-manifest.json
!hooks.json
!groups.json
!agent-defs/
!agent-defs/**
!README.md
`;
