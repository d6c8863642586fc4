// Rows and branches that unfold. data-more holds the address of children not yet in the page.
import htmx from 'htmx.org';
import { each } from './words.js';

export function folds(root) {
  each(root, '.jc-fold[aria-controls], .jc-tree .node > button', (button) => {
    if (button.dataset.folds) return;
    button.dataset.folds = '1';
    button.addEventListener('click', () => set(button, button.getAttribute('aria-expanded') !== 'true'));
  });
  each(root, '[data-fold-all]', (button) => {
    button.addEventListener('click', () => {
      document.querySelectorAll(`${button.dataset.foldAll} [aria-expanded="true"]`).forEach((one) => set(one, false));
    });
  });
}

function set(button, open) {
  const target = document.getElementById(button.getAttribute('aria-controls'));
  if (!target) return;
  button.setAttribute('aria-expanded', String(open));
  target.hidden = !open;
  if (open && target.dataset.more) {
    const from = target.dataset.more;
    delete target.dataset.more;
    htmx.ajax('GET', from, { target, swap: 'innerHTML' });
  }
}
