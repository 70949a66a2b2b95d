// Coordinator → leads → workers, as overstory reports their parents.
import type { ProductView } from '../../contract/products.ts';
import { line } from '../../text/sanitise.ts';
import { agentText } from '../../text/spend.ts';
import { type Branch, workerTree } from '../../text/tree.ts';
import { workerHref } from './hrefs.ts';
import { Ago } from './parts.tsx';

const tones: Record<string, string> = { stalled: 'bad', zombie: 'bad', completed: 'dim', booting: 'busy' };

export function Tree({ product, now }: { product: ProductView; now: string }) {
  const live = ['starting', 'running', 'stopping', 'waiting'].includes(product.state);
  const coordinator = agentText(product.spend, 'coordinator', line);
  if (!live && product.workers.length === 0) return <p class="empty">Nobody works here now.</p>;
  return (
    <ul class="tree">
      <li>
        <span class="node">
          <span class={`state ${live ? 'good' : 'dim'}`}>{live ? product.state : 'gone'}</span> coordinator
          {coordinator && <span class="quiet"> {coordinator}</span>}
        </span>
        <Branches
          branches={workerTree(product.workers)}
          product={product.name}
          spend={product.spend}
          now={now}
        />
      </li>
    </ul>
  );
}

function Branches({
  branches,
  product,
  spend,
  now,
}: {
  branches: Branch[];
  product: string;
  spend: ProductView['spend'];
  now: string;
}) {
  if (branches.length === 0) return null;
  return (
    <ul>
      {branches.map(({ worker, below }) => (
        <li>
          <span class="node">
            <span class={`state ${tones[worker.state] ?? 'good'}`}>
              {line(worker.state).replaceAll('_', ' ')}
            </span>{' '}
            <a class="ref" href={workerHref(product, worker.name)}>
              {line(worker.name)}
            </a>{' '}
            <span class="quiet">
              {line(worker.capability)}
              {worker.taskId && `, ${line(worker.taskId)}`}
              {!Number.isNaN(Date.parse(worker.lastActivity)) && (
                <>
                  , active <Ago at={worker.lastActivity} now={now} />
                </>
              )}
              {agentText(spend, worker.name, line) && `, ${agentText(spend, worker.name, line)}`}
            </span>
          </span>
          <Branches branches={below} product={product} spend={spend} now={now} />
        </li>
      ))}
    </ul>
  );
}
