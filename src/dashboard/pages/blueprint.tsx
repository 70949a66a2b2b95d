// Blueprints: a list, and each as a graph. The graph is drawn here, as SVG without a script or a style of its own.

import type { BlueprintReply, BlueprintView } from '../../contract/blueprints.ts';
import { stepTones } from '../../text/blueprint.ts';
import { line } from '../../text/sanitise.ts';
import type { Frame } from '../frame.ts';
import { BlueprintActs, ChangeBlueprint, Changes, type Tried, WriteBlueprint } from './blueprint-acts.tsx';
import { blueprintHref, productHref } from './hrefs.ts';
import { Page } from './layout.tsx';
import { ObjectiveLink } from './parts.tsx';

type Step = BlueprintView['steps'][number];

const titleOf = ({ name, draft }: BlueprintView) => (draft === null ? name : `draft-${draft}: ${name}`);

export function BlueprintsPage(props: { frame: Frame; all: BlueprintView[]; tried: Tried | null }) {
  const { frame, all } = props;
  return (
    <Page
      title="Blueprints"
      trail={[{ text: 'Blueprints' }]}
      frame={frame}
      summary={`${all.length} blueprints`}
    >
      <section aria-labelledby="blueprints-title">
        <h1 id="blueprints-title">Blueprints</h1>
        {all.length === 0 && (
          <p class="empty">
            None yet: write one here, or in a file for <code>fleet apply blueprint.yaml</code>.
          </p>
        )}
        {all.map((one) => (
          <article class="blueprint">
            <h2>
              <a href={blueprintHref(one)}>{titleOf(one)}</a>
            </h2>
            <Graph view={one} />
          </article>
        ))}
        <WriteBlueprint frame={frame} tried={props.tried} />
      </section>
    </Page>
  );
}

export function BlueprintPage(props: {
  frame: Frame;
  view: BlueprintView;
  /** of a draft: what applying it would change */
  changes: BlueprintReply | null;
  tried: Tried | null;
}) {
  const { frame, view } = props;
  const done = view.steps.filter(({ state }) => state === 'done').length;
  return (
    <Page
      title={`Blueprint ${view.name}`}
      trail={[{ text: 'Blueprints', href: '/blueprints' }, { text: titleOf(view) }]}
      frame={frame}
      summary={`${view.name}: ${done} of ${view.steps.length} steps done`}
    >
      <section aria-labelledby="blueprint-title">
        <h1 id="blueprint-title">{titleOf(view)}</h1>
        {view.description && <p>{line(view.description)}</p>}
        {view.draft !== null && (
          <p class="quiet">
            A draft: nothing of it runs until you apply it, here or by{' '}
            <code>/fleet apply draft-{view.draft}</code> in chat.
          </p>
        )}
        <BlueprintActs frame={frame} view={view} />
        {props.changes && <Changes reply={props.changes} />}
        <Graph view={view} />
        <table class="steps">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Product</th>
              <th scope="col">State</th>
              <th scope="col">After</th>
              <th scope="col">Objective</th>
            </tr>
          </thead>
          <tbody>
            {view.steps.map((step) => (
              <tr>
                <th scope="row">{step.name}</th>
                <td>
                  <a href={productHref(step.product)}>{step.product}</a>
                </td>
                <td>
                  <span class={`state ${stepTones[step.state]}`}>{step.state}</span>{' '}
                  {step.id && <ObjectiveLink id={step.id} />}
                </td>
                <td>{step.needs.join(', ') || 'at once'}</td>
                <td>
                  {line(step.objective)}
                  {step.why && step.state !== 'done' && <p class="quiet">{line(step.why)}</p>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <ChangeBlueprint frame={frame} view={view} tried={props.tried} />
      </section>
    </Page>
  );
}

const boxWidth = 190;
const boxHeight = 52;
const gapX = 70;
const gapY = 20;

/** Steps in columns: one further right than all that they need. */
function columnsOf(steps: readonly Step[]): Map<string, { x: number; y: number }> {
  const column = new Map<string, number>();
  const filled = new Map<number, number>();
  const places = new Map<string, { x: number; y: number }>();
  // they come in order: what is needed has its column already
  for (const { name, needs } of steps) {
    const at = Math.max(-1, ...needs.map((need) => column.get(need) ?? -1)) + 1;
    const row = filled.get(at) ?? 0;
    column.set(name, at);
    filled.set(at, row + 1);
    places.set(name, { x: at * (boxWidth + gapX), y: row * (boxHeight + gapY) });
  }
  return places;
}

function Graph({ view }: { view: BlueprintView }) {
  const places = columnsOf(view.steps);
  const all = [...places.values()];
  const width = Math.max(...all.map(({ x }) => x)) + boxWidth + 4;
  const height = Math.max(...all.map(({ y }) => y)) + boxHeight + 4;
  const spoken = view.steps
    .map(
      ({ name, state, needs }) =>
        `${name} ${state}${needs.length > 0 ? ` after ${needs.join(' and ')}` : ''}`,
    )
    .join('; ');
  const short = (text: string) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);
  return (
    <section class="graph" tabindex={0} aria-label={`Steps of ${titleOf(view)}`}>
      <svg
        viewBox={`-2 -2 ${width} ${height}`}
        width={String(width)}
        height={String(height)}
        role="img"
        aria-label={spoken}
      >
        {view.steps.flatMap(({ name, needs }) => {
          const to = places.get(name);
          return needs.flatMap((need) => {
            const from = places.get(need);
            if (!from || !to) return [];
            const [x1, y1] = [from.x + boxWidth, from.y + boxHeight / 2];
            const [x2, y2] = [to.x, to.y + boxHeight / 2];
            const half = (x1 + x2) / 2;
            return [
              <path class="need" d={`M${x1} ${y1} C${half} ${y1} ${half} ${y2} ${x2 - 6} ${y2}`} />,
              <path class="tip" d={`M${x2 - 7} ${y2 - 4} L${x2} ${y2} L${x2 - 7} ${y2 + 4} Z`} />,
            ];
          });
        })}
        {view.steps.map((step) => {
          const { x, y } = places.get(step.name) ?? { x: 0, y: 0 };
          return (
            <g class={`step ${stepTones[step.state]}`}>
              <title>{`${step.name}: ${line(step.objective)}`}</title>
              <rect x={String(x)} y={String(y)} width={String(boxWidth)} height={String(boxHeight)} rx="6" />
              <text x={String(x + 12)} y={String(y + 22)} class="name">
                {short(step.name)}
              </text>
              <text x={String(x + 12)} y={String(y + 40)}>
                {short(`${step.product} · ${step.state}`)}
              </text>
            </g>
          );
        })}
      </svg>
    </section>
  );
}
