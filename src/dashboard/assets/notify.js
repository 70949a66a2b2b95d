// Tells of a new question by the browser while the page is hidden, where the human has asked for that.

const button = document.getElementById('notify');
const kept = 'fleet-notify';
const asked = () => [...document.querySelectorAll('#asked li')];
const wanted = () => localStorage.getItem(kept) === 'on' && Notification.permission === 'granted';

if (button && 'Notification' in window) {
  const seen = new Set(asked().map(({ dataset }) => dataset.n));
  const tell = () => {
    button.hidden = false;
    button.setAttribute('aria-pressed', String(wanted()));
    button.disabled = Notification.permission === 'denied';
    button.title = button.disabled
      ? 'The browser was told to show none of this page'
      : 'A notification for each new question, while this page is hidden';
  };
  tell();
  button.addEventListener('click', async () => {
    if (wanted()) localStorage.setItem(kept, 'off');
    else if ((await Notification.requestPermission()) === 'granted') localStorage.setItem(kept, 'on');
    tell();
  });
  document.addEventListener('fleet:drawn', () => {
    for (const { dataset, textContent } of asked()) {
      if (seen.has(dataset.n)) continue;
      seen.add(dataset.n);
      if (!document.hidden || !wanted()) continue;
      // one for all tabs: the same question has the same tag
      const shown = new Notification(`Gate ${dataset.n}${dataset.product ? `, ${dataset.product}` : ''}`, {
        body: textContent,
        tag: `fleet-gate-${dataset.n}`,
        icon: '/assets/icon.svg',
      });
      shown.onclick = () => {
        window.focus();
        location.href = `/gates/${dataset.n}`;
      };
    }
  });
}
