// A form with data-autosave is kept by the server too, each twenty seconds while something is written, and on leaving.
// The browser's own draft stays beside it: a lost connection loses nothing.
import { word } from './words.js';

const EACH_MS = 20000;

export function autosave(form, { read, say, settled, opened }) {
  let last = opened;
  let running = null;
  let over = false;
  let left = false;
  const tell = (text) => say && (say.textContent = text);
  const data = () => {
    const sent = new FormData(form);
    sent.delete('files');
    sent.set('act', 'draft');
    return sent;
  };
  const address = () => form.getAttribute('action') || location.href;

  const send = async () => {
    const values = read();
    if (over || running || JSON.stringify(values) === last || !navigator.onLine) return;
    running = fetch(address(), { method: 'POST', body: data(), headers: { Accept: 'application/json' }, redirect: 'manual' });
    try {
      const answer = await running;
      const said = answer.headers.get('Content-Type')?.includes('json') ? await answer.json() : {};
      if (answer.ok && said.version) {
        last = JSON.stringify(values);
        form.elements.namedItem('version').value = said.version;
        form.elements.namedItem('base').value = said.base;
        settled(values, said.draft);
        tell(word('autosaved', { time: new Date().toTimeString().slice(0, 5) }));
      } else if (said.said) {
        // Somebody was faster, or what is written may not be kept: it is said, and not tried again.
        over = answer.status === 409;
        tell(said.said);
      }
    } catch {
      tell(word('offline'));
    } finally {
      running = null;
    }
  };
  setInterval(send, EACH_MS);
  addEventListener('online', send);
  addEventListener('pagehide', () => {
    if (over || form.dataset.sent || JSON.stringify(read()) === last) return;
    left = navigator.sendBeacon(address(), json(data()));
  });
  // A page that comes back from the browser's memory would write on an older version.
  addEventListener('pageshow', (event) => event.persisted && left && location.reload());
  return {
    // Handing in waits for the save that is on its way: the two would contradict each other.
    busy(event) {
      if (!running) return false;
      event.preventDefault();
      const button = event.submitter;
      running.finally(() => setTimeout(() => form.requestSubmit(button)));
      return true;
    },
  };
}

// A beacon names no Accept of its own.
function json(sent) {
  sent.set('answer', 'json');
  return sent;
}
