// A dialog that says what will happen before it does. It opens without script where the browser can (`command`), and by
// acts.js where it cannot; its address is its page's with `#` and its name.
import type { Child } from 'hono/jsx';
import type { Said } from '../act.ts';
import { Hidden } from './note.tsx';

export function Confirm(props: {
  /** of the page */
  id: string;
  /** where the form goes: the page */
  path: string;
  said: Said;
  title: string;
  /** of the button that opens it */
  open: string;
  /** of the one that does it */
  go: string;
  danger?: boolean;
  /** what a human may say with it */
  reason?: boolean;
  children: Child;
}) {
  const { id, danger } = props;
  return (
    <>
      <button type="button" class={danger ? 'danger' : ''} command="show-modal" commandfor={id}>
        {props.open}
      </button>
      <dialog id={id} aria-labelledby={`${id}-title`} data-keep-while-open>
        <form method="post" action={props.path}>
          <Hidden said={props.said} />
          <h2 id={`${id}-title`}>{props.title}</h2>
          {props.children}
          {props.reason && (
            <>
              <label for={`${id}-reason`}>Why, if it should be told</label>
              <input id={`${id}-reason`} name="reason" maxlength={1000} autocomplete="off" />
            </>
          )}
          <p class="verdicts">
            <button type="submit" class={danger ? 'danger' : 'main'}>
              {props.go}
            </button>
            <button type="button" command="close" commandfor={id}>
              Leave it
            </button>
          </p>
        </form>
      </dialog>
    </>
  );
}
