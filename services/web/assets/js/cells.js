// What a cell of the ledger is called: kind and period from the head of its column, the state from the legend.
import { each } from './words.js';

const STATES = { l: 'late', b: 'back', d: 'due', p: 'plan', f: 'fix', r: 'past', o: 'ok', n: 'na' };

function name(event) {
  const unit = event.target.closest('.who > a');
  if (unit && !unit.title) unit.title = unit.textContent;
  const press = event.target.closest('.act > button');
  if (press) press.setAttribute('aria-label', `${press.textContent} ${press.closest('tr').cells[0].textContent}`);
  const cell = event.target.closest('td > a');
  if (!cell || cell.title) return;
  const box = cell.parentElement;
  const head = cell.closest('table').tHead.rows[0].cells[box.cellIndex];
  const what = head?.dataset.said?.split('|')[[...box.children].indexOf(cell)];
  if (!what) return;
  const state = STATES[cell.getAttribute('href')[1]];
  const meaning = document.querySelector(`[data-cell="${state}"]`)?.nextSibling?.textContent ?? '';
  cell.title = `${what} ${meaning}`.trim();
  cell.setAttribute('aria-label', cell.title);
}

export function cells(root) {
  each(root, '[data-cells] tbody', (body) => {
    body.addEventListener('pointerover', name);
    body.addEventListener('focusin', name);
  });
}
