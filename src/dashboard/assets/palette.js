// Keys: the palette of what can be gone to or done, as /go lists it, and which keys there are.

const palette = document.getElementById('palette');
const keys = document.getElementById('keys');
const input = palette?.querySelector('input');
const list = document.getElementById('palette-list');
const shown = 12;

let places = [];
let chosen = 0;

async function openPalette() {
  if (!palette || palette.open) return;
  palette.showModal();
  input.value = '';
  draw();
  const response = await fetch('/go').catch(() => null);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  places = [...page.querySelectorAll('#places a')].map((a) => ({
    text: a.textContent,
    href: a.getAttribute('href'),
  }));
  draw();
}

/** All words are in it; where a word begins one of its own it counts more. */
function found() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = ({ text }) => words.filter((word) => ` ${text.toLowerCase()}`.includes(` ${word}`)).length;
  return places
    .filter(({ text }) => words.every((word) => text.toLowerCase().includes(word)))
    .sort((a, b) => rank(b) - rank(a))
    .slice(0, shown);
}

function draw() {
  const all = found();
  chosen = Math.max(0, Math.min(chosen, all.length - 1));
  list.replaceChildren(
    ...all.map(({ text, href }, at) => {
      const option = document.createElement('div');
      option.id = `palette-${at}`;
      option.role = 'option';
      option.ariaSelected = String(at === chosen);
      option.dataset.href = href;
      option.textContent = text;
      return option;
    }),
  );
  if (all.length > 0) input.setAttribute('aria-activedescendant', `palette-${chosen}`);
  else input.removeAttribute('aria-activedescendant');
}

function go(href) {
  if (!href) return;
  palette.close();
  location.href = href;
}

input?.addEventListener('input', () => {
  chosen = 0;
  draw();
});
input?.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const { length } = list.children;
    chosen = (chosen + step + length) % Math.max(1, length);
    draw();
  } else if (event.key === 'Enter') {
    event.preventDefault();
    go(list.children[chosen]?.dataset.href);
  }
});
list?.addEventListener('click', ({ target }) => go(target.closest('[role=option]')?.dataset.href));
document.getElementById('find')?.addEventListener('click', (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openPalette();
});

// ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────
const kept = 'fleet-single-keys';
const single = document.getElementById('single-keys');
if (single) {
  single.checked = localStorage.getItem(kept) !== 'off';
  single.addEventListener('change', () => localStorage.setItem(kept, single.checked ? 'on' : 'off'));
}
const typing = ({ target }) =>
  target.closest?.('input, textarea, select, [contenteditable], .xterm') !== null;
const ways = {
  '/': openPalette,
  '?': () => keys.showModal(),
  s: () => go('/start'),
  f: () => go('/'),
  h: () => go('/history'),
  q: () => {
    const longest = document.querySelector('#asked li');
    if (longest) go(`/gates/${longest.dataset.n}`);
  },
};
document.addEventListener('keydown', (event) => {
  if (!palette || event.altKey || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || typing(event) || document.querySelector('dialog[open]')) return;
  if (!single.checked || !Object.hasOwn(ways, event.key)) return;
  event.preventDefault();
  ways[event.key]();
});
