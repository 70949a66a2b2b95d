// What a human can do with an objective: take it out, or give it another try.
import type { ObjectiveView } from '../../contract/objectives.ts';
import type { Frame } from '../frame.ts';
import { Confirm } from './confirm.tsx';
import { RefusedIn } from './note.tsx';

export function ObjectiveActs({ frame, objective }: { frame: Frame; objective: ObjectiveView }) {
  const { id, product, state, condition } = objective;
  const stopping = condition?.startsWith('stopping') ?? false;
  return (
    <div class="acts" id="acts">
      {(state === 'queued' || state === 'starting' || state === 'running') && !stopping && (
        <Confirm
          id="cancel"
          path={frame.path}
          said={{ act: 'cancel', objective: id }}
          title={`Cancel ${id}`}
          open="Cancel it"
          go={`Cancel ${id}`}
          danger
          reason
        >
          <p>
            {state === 'queued'
              ? `${id} leaves the queue of ${product}. You can give it another try later.`
              : `${id} is cancelled, and its session on ${product} ends with its workers. What they committed stays on its branches. To let it go on later, pause ${product} instead.`}
          </p>
        </Confirm>
      )}
      {(state === 'failed' || state === 'cancelled') && (
        <form method="post" action={frame.path}>
          <button type="submit" name="act" value="retry">
            Try again
          </button>
        </form>
      )}
      <RefusedIn frame={frame} of={['cancel', 'retry', 'undo']} />
    </div>
  );
}
