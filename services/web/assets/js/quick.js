// The list under the search field: opened by what htmx brings, walked with the arrows, closed by Escape or a press elsewhere.
import { each } from './words.js';

export function quick(root) {
  each(root, 'form[data-quick]', (form) => {
    const field = form.querySelector('[role=combobox]');
    const list = form.querySelector('[role=listbox]');
    const options = () => [...list.querySelectorAll('[role=option]')];
    const open = (yes) => {
      list.hidden = !yes;
      field.setAttribute('aria-expanded', String(yes));
      if (!yes) mark(null);
    };
    const mark = (option) => {
      options().forEach((one) => one.setAttribute('aria-selected', String(one === option)));
      if (option) field.setAttribute('aria-activedescendant', option.id);
      else field.removeAttribute('aria-activedescendant');
      option?.scrollIntoView({ block: 'nearest' });
    };
    const marked = () => list.querySelector('[aria-selected=true]');

    list.addEventListener('htmx:afterSwap', () => open(list.textContent.trim() !== ''));
    field.addEventListener('input', () => field.value.trim() || open(false));
    field.addEventListener('focus', () => list.textContent.trim() && field.value.trim() && open(true));
    field.addEventListener('keydown', (event) => {
      if (event.isComposing) return;
      if (event.key === 'Escape' && !list.hidden) {
        event.preventDefault();
        event.stopPropagation();
        open(false);
      } else if (event.key === 'Enter' && !list.hidden && marked()) {
        event.preventDefault();
        marked().click();
      } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        const all = options();
        if (list.hidden || !all.length) return;
        event.preventDefault();
        const step = event.key === 'ArrowDown' ? 1 : -1;
        const at = all.indexOf(marked());
        // Past either end nothing is marked, so that Enter sends what was typed.
        const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
        mark(all[next] ?? null);
      }
    });
    document.addEventListener('click', (event) => form.contains(event.target) || open(false));
    form.addEventListener('focusout', (event) => form.contains(event.relatedTarget) || setTimeout(() => form.contains(document.activeElement) || open(false), 150));
  });
}
