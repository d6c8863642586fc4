// Filters send themselves; a form is sent once, however often the button is pressed.
import { each } from './words.js';

export function forms(root) {
  each(root, 'form[data-autosubmit]', (form) => {
    form.addEventListener('change', (event) => {
      if (event.target.type !== 'search' && event.target.type !== 'text') form.requestSubmit();
    });
  });
  each(root, 'form[method=post]', (form) => {
    form.addEventListener('submit', (event) => {
      if (form.hasAttribute('hx-post')) return;
      if (form.dataset.sent) return event.preventDefault();
      // After this turn, so that other listeners may still refuse; a form that opens a file leaves the page standing.
      setTimeout(() => {
        if (event.defaultPrevented) return;
        form.dataset.sent = '1';
        form.setAttribute('aria-busy', 'true');
        setTimeout(() => again(form), 8000);
      });
    });
  });
}

function again(form) {
  delete form.dataset.sent;
  form.removeAttribute('aria-busy');
}

addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(again));
