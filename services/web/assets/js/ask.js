// What cannot be undone asks first, by naming the outcome on the button.
import { word } from './words.js';

export function ask() {
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-ask]');
    if (!button || button.dataset.asked || typeof HTMLDialogElement === 'undefined') return;
    event.preventDefault();
    event.stopImmediatePropagation();
    open(button);
  }, true);
}

function open(button) {
  const dialog = document.createElement('dialog');
  dialog.className = 'jc-dialog';
  const title = Object.assign(document.createElement('h3'), { textContent: button.dataset.ask, id: 'ask-title' });
  const text = Object.assign(document.createElement('p'), { textContent: button.dataset.askOutcome || '' });
  const acts = Object.assign(document.createElement('div'), { className: 'jc-acts' });
  const no = Object.assign(document.createElement('button'), { type: 'button', className: 'btn', textContent: word('cancel') });
  const yes = Object.assign(document.createElement('button'), { type: 'button', className: 'btn btn-primary', textContent: button.dataset.askButton });
  dialog.setAttribute('aria-labelledby', 'ask-title');
  acts.append(no, yes);
  dialog.append(title, text, acts);
  document.body.append(dialog);
  no.addEventListener('click', () => dialog.close());
  yes.addEventListener('click', () => {
    dialog.close();
    button.dataset.asked = '1';
    button.click();
    delete button.dataset.asked;
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    button.focus();
  });
  dialog.showModal();
  no.focus();
}
