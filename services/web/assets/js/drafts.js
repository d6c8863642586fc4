// A form with data-draft keeps what is typed in this browser, for this user, until the server has taken it.
// Passwords, files and sealed fields (data-nodraft) are never kept. A draft older than two weeks is dropped.
import { autosave } from './autosave.js';
import { fold, room } from './rows.js';
import { toast, word } from './words.js';

const KEPT_MS = 14 * 24 * 3600 * 1000;
const user = document.body.dataset.user;
const keyOf = (name) => `jc-draft:${user}:${name}`;
const clock = (ms) => new Date(ms).toTimeString().slice(0, 5);

export function drafts() {
  if (!user) return;
  try {
    sweep();
    settleSent();
    document.querySelectorAll('form[data-draft]').forEach(keep);
  } catch {
    // A browser that refuses storage works without drafts.
  }
}

function sweep() {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith('jc-draft:')) continue;
    try {
      if (Date.now() - JSON.parse(localStorage.getItem(key)).at > KEPT_MS) localStorage.removeItem(key);
    } catch {
      localStorage.removeItem(key);
    }
  }
}

// A sent draft goes once another page has come in its place: not on an error page, not on the same form refused,
// not at the door (there is no user there).
function settleSent() {
  const sent = sessionStorage.getItem('jc-sent');
  if (!sent || document.body.dataset.error) return;
  sessionStorage.removeItem('jc-sent');
  const [name, key] = JSON.parse(sent);
  if (![...document.querySelectorAll('form[data-refused]')].some((form) => form.dataset.draft === name)) localStorage.removeItem(key);
}

const kept = (field) =>
  field.name && field.name !== 'csrf_token' && !field.dataset.nodraft && !['password', 'file', 'hidden', 'submit', 'button'].includes(field.type);

function read(form) {
  const values = [];
  for (const field of form.elements) {
    if (!kept(field)) continue;
    if (field.type === 'checkbox' || field.type === 'radio') values.push([field.name, field.value, field.checked]);
    else if (field.type === 'select-multiple') values.push([field.name, [...field.selectedOptions].map((o) => o.value)]);
    else values.push([field.name, field.value]);
  }
  return values;
}

function write(form, values) {
  const used = new Map();
  fold(form, new Set(values.map(([name]) => name)));
  values.forEach(([name]) => room(form, name));
  for (const [name, value, checked] of values) {
    const same = [...form.elements].filter((field) => field.name === name && kept(field));
    if (checked !== undefined) {
      const box = same.find((field) => field.value === value);
      if (box && box.checked !== checked) {
        box.checked = checked;
        box.dispatchEvent(new Event('change', { bubbles: true }));
      }
      continue;
    }
    const at = used.get(name) || 0;
    used.set(name, at + 1);
    const field = same[at];
    if (!field || field.readOnly) continue;
    if (Array.isArray(value)) [...field.options].forEach((o) => (o.selected = value.includes(o.value)));
    else field.value = value;
  }
}

// The key of a form goes with its draft: what the server has taken already is not taken twice.
const keyField = (form) => form.elements.namedItem('form_key');

function keep(form) {
  let name = form.dataset.draft;
  let key = keyOf(name);
  const say = document.querySelector(`[data-draft-status="${CSS.escape(name)}"]`);
  const stored = JSON.parse(localStorage.getItem(key) || 'null');
  const formKey = keyField(form)?.value;
  const refused = 'refused' in form.dataset;
  let asGiven = JSON.stringify(read(form));
  if (stored && !refused && JSON.stringify(stored.values) !== asGiven) {
    write(form, stored.values);
    if (stored.key && keyField(form)) keyField(form).value = stored.key;
    remark(form, key, say, stored, JSON.parse(asGiven), formKey);
  }
  let timer = 0;
  const save = () => {
    clearTimeout(timer);
    timer = 0;
    const values = read(form);
    if (JSON.stringify(values) === asGiven && !refused) return localStorage.removeItem(key);
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), values, key: keyField(form)?.value }));
    if (say) say.textContent = word('saved', { time: clock(Date.now()) });
  };
  // What was refused is in no other place than this page.
  if (refused) save();
  const settled = (values, fresh) => {
    localStorage.removeItem(key);
    name = form.dataset.draft = fresh;
    key = keyOf(fresh);
    asGiven = JSON.stringify(values);
    if (JSON.stringify(read(form)) !== asGiven) save();
  };
  const server = 'autosave' in form.dataset ? autosave(form, { read: () => read(form), say, settled, opened: asGiven }) : null;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, 600);
  };
  form.addEventListener('input', soon);
  form.addEventListener('change', soon);
  addEventListener('pagehide', () => timer && save());
  addEventListener('online', () => say && form.dataset.waited && (say.textContent = word('back')));
  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    save();
    if (!navigator.onLine) {
      event.preventDefault();
      form.dataset.waited = '1';
      if (say) say.textContent = word('offline');
      return toast(word('offline'));
    }
    if (server?.busy(event)) return;
    sessionStorage.setItem('jc-sent', JSON.stringify([name, key]));
  });
}

function remark(form, key, say, stored, given, formKey) {
  const text = word('restored', { time: clock(stored.at) });
  if (!say) return toast(text);
  const drop = Object.assign(document.createElement('button'), { type: 'button', className: 'jc-link', textContent: word('discard') });
  drop.addEventListener('click', () => {
    write(form, given);
    if (keyField(form)) keyField(form).value = formKey;
    localStorage.removeItem(key);
    say.textContent = '';
  });
  say.replaceChildren(text, ' ', drop);
}
