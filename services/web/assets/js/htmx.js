// htmx with our token, and with answers that are not a piece of this page turned into something the reader understands.
import htmx from 'htmx.org';
import { toast, word } from './words.js';

const body = document.body;
const token = () => document.querySelector('meta[name=csrf-token]')?.content || '';

body.addEventListener('htmx:configRequest', ({ detail }) => {
  detail.headers['X-CSRFToken'] = token();
});
// A session that ended answers with the door: the whole page goes there, not into a corner of this one.
body.addEventListener('htmx:beforeSwap', (event) => {
  const { xhr } = event.detail;
  if (xhr.status !== 401 && !(xhr.status < 300 && xhr.responseText.includes('class="jc-door"'))) return;
  event.detail.shouldSwap = false;
  location.reload();
});
body.addEventListener('htmx:sendError', () => toast(word('failed')));
body.addEventListener('htmx:responseError', ({ detail }) => {
  if (detail.xhr.status !== 401) toast(word('refused'));
});
// The end of a job opens its result, where the page asks for that.
body.addEventListener('htmx:afterSettle', ({ detail }) => {
  const after = detail.elt.dataset?.after;
  if (after) location.assign(after);
});

export default htmx;
