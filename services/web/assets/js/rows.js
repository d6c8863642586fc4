// The rows of a part of a record: a line more, a line less. Without script three empty lines stand ready instead.
import { each } from './words.js';

const lines = (section) => [...section.querySelectorAll('[data-rows-line]')];
const inputs = (line) => [...line.querySelectorAll('input:not([type=hidden]), select, textarea')];
const empty = (line) => inputs(line).every((one) => (one.type === 'checkbox' ? !one.checked : !one.value.trim()));

export function rows(root) {
  each(root, '[data-rows]', (section) => {
    const add = section.querySelector('[data-rows-add]');
    lines(section).forEach((line) => (empty(line) ? line.remove() : offer(line)));
    add.hidden = false;
    add.addEventListener('click', () => {
      const line = more(section);
      inputs(line)[0]?.focus();
    });
    section.addEventListener('click', (event) => {
      const button = event.target.closest('[data-rows-remove]');
      if (!button) return;
      const form = button.form;
      button.closest('[data-rows-line]').remove();
      add.focus();
      form?.dispatchEvent(new Event('change', { bubbles: true }));
    });
    if (!lines(section).length) more(section);
  });
}

function offer(line) {
  line.querySelector('[data-rows-remove]').hidden = false;
}

// A line more at the end; its number is the count, which no removed line gives back.
function more(section) {
  const count = section.querySelector('[data-rows-count]');
  const number = Number(count.value);
  const line = section.querySelector('[data-rows-blank]').content.firstElementChild.cloneNode(true);
  for (const one of [line, ...line.querySelectorAll('*')])
    for (const { name, value } of [...one.attributes])
      if (value.includes('__n__')) one.setAttribute(name, value.replaceAll('__n__', number));
  count.value = number + 1;
  section.querySelector('[data-rows-list]').append(line);
  offer(line);
  return line;
}

// A kept draft may hold more lines than the page has: make room for a field of that name.
export function room(form, name) {
  const [, part, number] = /^(.+)-(\d+)-[^-]+$/.exec(name) || [];
  const section = part && form.querySelector(`[data-rows="${CSS.escape(part)}"]`);
  if (!section || form.elements[name] || Number(number) > 199) return;
  const count = section.querySelector('[data-rows-count]');
  count.value = number;
  more(section);
  section.open = true;
}

// Lines that were not there when the page came go again.
export function fold(form, names) {
  form.querySelectorAll('[data-rows-line]').forEach((line) => {
    const own = inputs(line);
    if (own.length && !own.some((one) => names.has(one.name))) line.remove();
  });
}
