// Is the simulation sharp enough? Prints each planted bug with the invariant and the seed that show it; exits 1
// if one stays hidden. (The ordinary test run does the same: test/simulation/planted-bugs.test.ts.)
import { find, plantedBugs } from '../test/simulation/planted.ts';

const only = process.argv[2] ?? '';
const seeds = 300;
let hidden = 0;
for (const planted of plantedBugs.filter(({ name }) => name.includes(only))) {
  const found = await find(planted, planted.seldom ? 2000 : seeds).catch((error) => ({
    invariant: 'ERROR',
    seed: 0,
    what: String(error),
  }));
  const right = found !== null && planted.breaks.some((one) => one === found.invariant);
  if (!right) hidden += 1;
  console.log(
    `${right ? '     ' : 'WRONG'} ${planted.name.padEnd(60)} ${found === null ? 'NOTHING' : `${found.invariant} (seed ${found.seed}) ${right ? '' : found.what}`}`,
  );
}
console.log(`${plantedBugs.length - hidden} of ${plantedBugs.length} planted bugs found`);
process.exitCode = hidden === 0 ? 0 : 1;
