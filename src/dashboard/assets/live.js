// What keeps a page live. Told of a change, it fetches the page again and takes over what differs; without a
// connection it says how old what is shown is. It draws nothing of its own.

const { body } = document;

// ── sign in: the link's fragment holds the token; it goes into the form and out of the address bar ──────────
const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (token !== null) history.replaceState(null, '', location.pathname);
const login = document.getElementById('login');
if (login && token !== null) {
  login.elements.token.value = token;
  login.submit();
} else if (login && !document.querySelector('.wrong')) {
  // A link from another site comes without the Strict cookie; the same page asked for by us comes with it.
  fetch(location.href).then((response) => response.ok && location.replace(location.href));
}

// ── times: the reader's own clock, and ages that grow ────────────────────────────────────────────────────────
function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
}

const whenForm = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
};

/** fleetd's clock minus ours, in ms: ages are told by fleetd's */
let ahead = 0;
function tellTimes() {
  for (const time of document.querySelectorAll('time[data-ago]')) {
    const text = duration(Date.now() + ahead - Date.parse(time.dateTime));
    const brief = text.split(' ', 2).join(' ');
    setText(time, { bare: text, brief }[time.dataset.ago] ?? (text === '0 s' ? 'now' : `${text} ago`));
    time.title = new Date(time.dateTime).toLocaleString([], { dateStyle: 'medium', timeStyle: 'long' });
  }
  for (const time of document.querySelectorAll('time[data-when]'))
    setText(time, new Date(time.dateTime).toLocaleString([], whenForm));
  for (const time of document.querySelectorAll('time[data-clock]'))
    setText(time, new Date(time.dateTime).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }));
}
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// ── what differs ─────────────────────────────────────────────────────────────────────────────────────────────
/** Makes `from` like `to`, touching only what differs: focus, selection and scroll stay where they are. */
function morph(from, to) {
  if (from.isEqualNode(to)) return;
  if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) {
    from.replaceWith(document.importNode(to, true));
    return;
  }
  if (from.nodeType !== Node.ELEMENT_NODE) {
    from.nodeValue = to.nodeValue;
    return;
  }
  if (from.hasAttribute('data-keep')) return;
  // what a human is typing stays, as long as there is still somebody to answer
  if (from.hasAttribute('data-keep-while-open') && to.hasAttribute('data-keep-while-open')) return;
  // what the human has opened stays open; what may be dragged is marked by script
  const mine = ['DETAILS', 'DIALOG'].includes(from.nodeName) ? ['open'] : ['draggable', 'data-drop'];
  for (const { name } of [...from.attributes])
    if (!to.hasAttribute(name) && !mine.includes(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes)
    if (from.getAttribute(name) !== value && !mine.includes(name)) from.setAttribute(name, value);
  children(from, to);
}

/** What makes an element the same one on the next page: its id, or what a section is called. */
const nameOf = (node) => node.id || node.getAttribute?.('aria-labelledby') || '';

function children(from, to) {
  const named = new Map(
    [...from.children].flatMap((child) => (nameOf(child) ? [[nameOf(child), child]] : [])),
  );
  let at = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    // what is told to the human stays where it is until they go on
    while (at?.dataset?.stays !== undefined && nameOf(at) !== nameOf(wanted)) at = at.nextSibling;
    const known = named.get(nameOf(wanted));
    const taken = known ?? (at && !nameOf(at) && !nameOf(wanted) ? at : null);
    if (taken === null) {
      from.insertBefore(document.importNode(wanted, true), at);
      continue;
    }
    if (taken === at) at = at.nextSibling;
    else from.insertBefore(taken, at);
    morph(taken, wanted);
  }
  while (at) {
    const next = at.nextSibling;
    if (at.dataset?.stays === undefined) at.remove();
    at = next;
  }
}

// ── the connection ───────────────────────────────────────────────────────────────────────────────────────────
const connection = document.getElementById('connection');
let connected = false;

function tellConnection() {
  if (!connection) return;
  connection.dataset.state = connected ? 'live' : 'lost';
  const at = Date.parse(body.dataset.at);
  const time = new Date(at).toLocaleTimeString();
  setText(
    connection,
    connected ? 'Live' : `Not connected. As of ${time}, ${duration(Date.now() + ahead - at)} old`,
  );
}

/** The page as it was sent last, and its name: of the next one only what differs is sent. */
let had = { name: '', text: '' };
async function pageOf(response) {
  const name = response.headers.get('fleet-page') ?? '';
  const isPatch = response.headers.get('content-type')?.startsWith('application/json');
  const text = isPatch
    ? (await response.json())
        .map((part) => (typeof part === 'string' ? part : had.text.slice(part[0], part[0] + part[1])))
        .join('')
    : await response.text();
  had = { name, text };
  return new DOMParser().parseFromString(text, 'text/html');
}

let fetching = false;
let again = false;
async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    // The changes of what is over stay as they are: they need not be sent again.
    const keeps = document.querySelector('#changes[data-keep]') ? { 'fleet-keeps': 'changes' } : {};
    const response = await fetch(location.href, {
      headers: { accept: 'text/html', ...keeps, ...(had.name && { 'fleet-has': had.name }) },
    });
    if (response.status === 401) return location.reload();
    const page = await pageOf(response);
    // fleetd may be up and not yet able to say: what was seen last stays
    if (page.body.hasAttribute('data-at') || !body.hasAttribute('data-at')) {
      morph(body, page.body);
      document.title = page.title;
      const [icon, wanted] = [document, page].map((each) => each.querySelector('link[rel=icon]'));
      if (icon.getAttribute('href') !== wanted.getAttribute('href')) icon.replaceWith(wanted);
      ahead = Date.parse(body.dataset.at) - Date.now();
      document.dispatchEvent(new Event('fleet:drawn'));
    }
  } catch {
    connected = false;
  } finally {
    fetching = false;
  }
  tellTimes();
  tellConnection();
  if (again) {
    again = false;
    refresh();
  }
}

/** What changes without an event is fetched while it is looked at. */
function refreshLater() {
  const every = Number(document.querySelector('[data-every]')?.dataset.every ?? 2_000);
  setTimeout(async () => {
    if (connected && !document.hidden && document.querySelector('[data-every]')) await refresh();
    refreshLater();
  }, every);
}

if (body.hasAttribute('data-live')) {
  refreshLater();
  ahead = Date.parse(body.dataset.at) - Date.now();
  tellTimes();
  setInterval(() => {
    tellTimes();
    if (!connected) tellConnection();
  }, 1000);
  const follow = (pauseMs) => {
    const changes = new EventSource('/live');
    changes.addEventListener('change', () => {
      connected = true;
      pauseMs = 500;
      tellConnection();
      refresh();
    });
    changes.onerror = () => {
      connected = false;
      tellConnection();
      // by ourselves: browsers give up on a refused connection, or wait long
      changes.close();
      setTimeout(() => follow(Math.min(pauseMs * 2, 5000)), pauseMs);
    };
  };
  follow(500);
}
