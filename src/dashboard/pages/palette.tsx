// What is opened by a key: the palette, and which keys there are. Without script the bar's link leads to a page of the same.

const keys: [string[], string][] = [
  [['/', 'Ctrl K'], 'find what to go to or do'],
  [['s'], 'start an objective'],
  [['q'], 'the question that waits longest'],
  [['f'], 'the fleet'],
  [['h'], 'history'],
  [['?'], 'these keys'],
  [['Esc'], 'close'],
];

export function Palette() {
  return (
    <>
      <dialog id="palette" class="palette" aria-label="Go to, or do" data-keep>
        <input
          type="text"
          role="combobox"
          aria-label="Go to, or do"
          aria-controls="palette-list"
          aria-expanded="true"
          aria-autocomplete="list"
          placeholder="Go to, or do …"
          autocomplete="off"
          maxlength={100}
        />
        <div id="palette-list" role="listbox" aria-label="Found" />
      </dialog>
      <dialog id="keys" aria-labelledby="keys-title" data-keep>
        <h2 id="keys-title">Keys</h2>
        <dl>
          {keys.map(([each, what]) => (
            <div>
              <dt>
                {each.map((key, i) => (
                  <>
                    {i > 0 && ' or '}
                    <kbd>{key}</kbd>
                  </>
                ))}
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <p>
          <label class="check">
            <input type="checkbox" id="single-keys" checked /> Keys without Ctrl
          </label>
        </p>
        <form method="dialog" class="verdicts">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
