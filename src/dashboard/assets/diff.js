// Colours the lines of a diff that come into view. It changes nothing of the page: the parts of a line are named to the
// browser (CSS.highlights), and style.css says how each looks. Where a browser has no such thing, lines stay plain.
import hljs from '/assets/highlight.js';

/** Longer ones cost more than they help. */
const longest = 60_000;
const groups = {
  keyword: /^hljs-(keyword|literal|meta|selector-tag|section)/,
  string: /^hljs-(string|regexp|char|addition|template-variable|link|code)/,
  comment: /^hljs-(comment|quote|doctag)/,
  number: /^hljs-(number|symbol|bullet)/,
  title: /^hljs-(title|name|selector|function)/,
  type: /^hljs-(type|built_in|class|attr|attribute|property|variable|params)/,
};

if (globalThis.CSS?.highlights) {
  const named = Object.fromEntries(Object.keys(groups).map((name) => [name, new Highlight()]));
  for (const [name, highlight] of Object.entries(named)) CSS.highlights.set(`diff-${name}`, highlight);

  /** @param cells  of one side, in order: only so is a comment of many lines one */
  const colour = (cells, language) => {
    const texts = [...cells].map((cell) => cell.firstChild);
    const whole = texts.map((text) => text?.data ?? '').join('\n');
    if (whole.length > longest) return;
    const drawn = document.createElement('template');
    drawn.innerHTML = hljs.highlight(whole, { language, ignoreIllegals: true }).value;
    let line = 0;
    let column = 0;
    const walk = (node, group) => {
      if (node.nodeType !== Node.TEXT_NODE) {
        const kind = Object.keys(groups).find((name) => groups[name].test(node.className ?? '')) ?? group;
        for (const child of node.childNodes) walk(child, kind);
        return;
      }
      for (const [at, part] of node.data.split('\n').entries()) {
        if (at > 0) {
          line += 1;
          column = 0;
        }
        const text = texts[line];
        if (group && text && part !== '') {
          const range = new StaticRange({
            startContainer: text,
            startOffset: column,
            endContainer: text,
            endOffset: Math.min(column + part.length, text.data.length),
          });
          named[group].add(range);
        }
        column += part.length;
      }
    };
    walk(drawn.content, null);
  };

  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        const language = target.closest('[data-lang]')?.dataset.lang;
        if (!language || !hljs.getLanguage(language)) continue;
        for (const side of ['old', 'new']) colour(target.querySelectorAll(`.code.${side}`), language);
      }
    },
    { rootMargin: '300px' },
  );
  const known = new WeakSet();
  const look = () => {
    for (const hunk of document.querySelectorAll('.hunk')) {
      if (known.has(hunk)) continue;
      known.add(hunk);
      seen.observe(hunk);
    }
  };
  look();
  new MutationObserver(look).observe(document.getElementById('main'), { childList: true, subtree: true });
}
