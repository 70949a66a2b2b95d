// What forms and dialogs do beyond what HTML does by itself: a dialog by its address, what a start would take while its
// words are typed, a queue that is dragged. Each is a form that is sent, as without script.

// ── dialogs ──────────────────────────────────────────────────────────────────────────────────────────────────
const opens = 'commandForElement' in HTMLButtonElement.prototype;
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('button[commandfor]');
  if (opens || !button) return;
  const dialog = document.getElementById(button.getAttribute('commandfor'));
  if (button.getAttribute('command') === 'close') dialog?.close();
  else dialog?.showModal();
});

/** `/products/shop#stop` opens its dialog, and what is folded around a form. */
function openNamed() {
  const named = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  if (named === null) return;
  if (named.nodeName === 'DIALOG') {
    if (!named.open) named.showModal();
    history.replaceState(null, '', location.pathname + location.search);
    return;
  }
  for (let around = named; around; around = around.parentElement?.closest('details')) around.open = true;
  const first = 'textarea, input:not([type=hidden]), select';
  (named.querySelector(first) ?? named.querySelector('button'))?.focus();
}
addEventListener('hashchange', openNamed);
openNamed();

// ── a time zone is the reader's, until they say another ─────────────────────────────────────────────────────
for (const field of document.querySelectorAll('input[data-zone]'))
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? field.value;

// ── once ─────────────────────────────────────────────────────────────────────────────────────────────────────
addEventListener('submit', ({ target }) => {
  if (target.method === 'dialog') return;
  // after its fields were taken: a button that is disabled says nothing
  setTimeout(() => {
    for (const button of target.querySelectorAll('button[type=submit]')) button.disabled = true;
  });
});
addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('button:disabled')) button.disabled = false;
});

// ── what it would take, while it is typed ────────────────────────────────────────────────────────────────────
const pauseMs = 400;
let waiting = null;
let asked = 0;
async function estimate(form) {
  const mine = ++asked;
  const fields = new URLSearchParams(new FormData(form));
  fields.set('act', 'estimate');
  const response = await fetch('/start', { method: 'POST', body: fields });
  if (!response.ok || mine !== asked) return;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const told = page.getElementById('estimate');
  const place = form.querySelector('#estimate');
  if (told && place) place.replaceChildren(...told.childNodes);
}
function estimateSoon({ target }) {
  const form = target.closest?.('form[data-estimates]');
  if (!form) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => estimate(form).catch(() => {}), pauseMs);
}
for (const kind of ['input', 'change', 'focusin']) addEventListener(kind, estimateSoon);

// ── the queue, dragged ───────────────────────────────────────────────────────────────────────────────────────
/** Rows that may be dragged say so; a row is taken by its whole length, but links and buttons stay what they are. */
let dragged = null;
const rowOf = (event) => event.target.closest?.('[data-queue] > li');
function markDraggable() {
  for (const row of document.querySelectorAll('[data-queue] > li')) row.draggable = 'drags' in row.dataset;
}
markDraggable();
document.addEventListener('fleet:drawn', markDraggable);
addEventListener('dragstart', (event) => {
  dragged = rowOf(event) ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = 'move';
  event.dataTransfer.setData('text/plain', dragged.dataset.objective);
});
function placeOf(event) {
  const row = rowOf(event);
  if (!dragged || !row || row.dataset.product === dragged.dataset.product) return null;
  const upwards = row.compareDocumentPosition(dragged) & Node.DOCUMENT_POSITION_FOLLOWING;
  return {
    row,
    priority: `${upwards ? 'before' : 'after'} ${row.dataset.objective}`,
    side: upwards ? 'above' : 'below',
  };
}
function unmark() {
  for (const row of document.querySelectorAll('[data-drop]')) delete row.dataset.drop;
}
addEventListener('dragover', (event) => {
  const place = placeOf(event);
  unmark();
  if (!place) return;
  event.preventDefault();
  place.row.dataset.drop = place.side;
});
addEventListener('dragend', () => {
  unmark();
  dragged = null;
});
addEventListener('drop', (event) => {
  const place = placeOf(event);
  if (!place) return;
  event.preventDefault();
  const form = document.getElementById('move');
  form.elements.product.value = dragged.dataset.product;
  form.elements.priority.value = place.priority;
  form.requestSubmit();
});
