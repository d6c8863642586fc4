// One tab stop for many cells: strip, matrix and tree are entered once, arrow keys move inside.
import { each } from './words.js';

const shown = (cell) => cell.getClientRects().length > 0;

export function arrows(root) {
  each(root, '.jc-strip, .jc-matrix tbody, .jc-tree, [data-arrows]', (box) => {
    if (box.dataset.arrowed) return;
    box.dataset.arrowed = '1';
    const cells = () => [...box.querySelectorAll('a, button')].filter((cell) => shown(cell) && !cell.closest('.node > button'));
    const settle = () => {
      const all = [...box.querySelectorAll('a')];
      const first = all.find((a) => a.closest('[aria-current]')) || all.find((a) => a.classList.contains('late') || a.getAttribute('href').startsWith('?l')) || all[0];
      all.forEach((a) => (a.tabIndex = a === first ? 0 : -1));
      box.querySelectorAll('.node > button').forEach((button) => (button.tabIndex = -1));
    };
    settle();
    box.addEventListener('htmx:load', settle);
    box.addEventListener('keydown', (event) => {
      const here = document.activeElement;
      const line = cells();
      const at = line.indexOf(here);
      if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
      const to = box.classList.contains('jc-tree') ? inTree(event.key, line, at) : inCells(event.key, line, at);
      if (!to) return;
      event.preventDefault();
      here.tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
    });
  });
}

function inCells(key, line, at) {
  const row = line[at].closest('tr');
  const ends = { Home: line[0], End: line[line.length - 1], ArrowRight: line[at + 1], ArrowLeft: line[at - 1] };
  if (key in ends) return ends[key];
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return null;
  const down = key === 'ArrowDown';
  if (!row) return line[at + (down ? 1 : -1)];
  const box = line[at].closest('td, th');
  const column = box.cellIndex;
  const place = [...box.children].indexOf(line[at]);
  for (let next = row; (next = down ? next.nextElementSibling : next.previousElementSibling); ) {
    const below = next.children[column];
    const straight = below?.children[place];
    const cell = straight?.matches('a, button') ? straight : below?.querySelector('a, button');
    if (cell) return cell;
  }
  return null;
}

function inTree(key, line, at) {
  const item = line[at].closest('li');
  const button = item.querySelector(':scope > .node > button');
  const open = button?.getAttribute('aria-expanded') === 'true';
  if (key === 'ArrowRight' && button && !open) return button.click(), null;
  if (key === 'ArrowLeft') {
    if (button && open) return button.click(), null;
    return item.parentElement.closest('li')?.querySelector(':scope > .node > a');
  }
  return { ArrowDown: line[at + 1], ArrowRight: line[at + 1], ArrowUp: line[at - 1], Home: line[0], End: line[line.length - 1] }[key];
}
