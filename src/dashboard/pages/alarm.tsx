// What is wrong, with its mend.
import type { FleetErrorShape } from '../../common/errors.ts';

export function Alarm(props: { title: string; error: FleetErrorShape | null; note?: string }) {
  return (
    <section class="alarm bad">
      <h2>{props.title}</h2>
      {props.error && (
        <p>
          {props.error.message} <strong>{props.error.mend}</strong> <code>{props.error.code}</code>
        </p>
      )}
      {props.note && <p>{props.note}</p>}
    </section>
  );
}
