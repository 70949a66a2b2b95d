// `npm run audit`: known weaknesses in what ships or builds it, by the registry. Exit 0: none of high or critical; 1: some;
// and when the registry does not answer audits: 0, said in words, or 2 with --required (as a release wants it).
import { execa } from 'execa';

const required = process.argv.includes('--required');
const { stdout } = await execa('npm', ['audit', '--json'], { reject: false, stdin: 'ignore' });

interface Audit {
  error?: { code?: string; summary?: string; detail?: string };
  message?: string;
  metadata?: { vulnerabilities?: Record<string, number> };
  vulnerabilities?: Record<string, { name: string; severity: string; range: string; fixAvailable: unknown }>;
}
let audit: Audit = {};
try {
  audit = JSON.parse(stdout) as Audit;
} catch {
  audit = { message: stdout.slice(0, 200) || 'nothing' };
}
const counts = audit.metadata?.vulnerabilities;
if (counts === undefined) {
  const why = audit.error?.summary || audit.message || audit.error?.code || 'no counts';
  console.log(`not audited: the registry does not answer audits (${why.split('\n')[0]}).`);
  process.exit(required ? 2 : 0);
}
const bad = Object.values(audit.vulnerabilities ?? {}).filter(({ severity }) =>
  /^(high|critical)$/.test(severity),
);
for (const { name, severity, range, fixAvailable } of bad)
  console.log(`${severity}: ${name} ${range}${fixAvailable ? ', a fix is out' : ''}`);
console.log(`audited: ${counts.total ?? 0} findings, ${bad.length} of them high or critical.`);
process.exit(bad.length > 0 ? 1 : 0);
