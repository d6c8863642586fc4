// Cells copied from a spreadsheet go into the grid from the cell on which they are pasted, to the right and down.
import { each } from './words.js';

const cellsOf = (line) => [...line.querySelectorAll('td > input, td > select')];

function put(cell, text) {
  if (cell.tagName === 'SELECT') {
    const option = [...cell.options].find((one) => one.text.trim() === text || one.value === text);
    if (!option && text) cell.add(new Option(text, text));
    cell.value = option ? option.value : text;
  } else if (cell.type === 'date') {
    const [, year, month, day] = /^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?$/.exec(text) || [];
    if (year) cell.value = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  } else {
    cell.value = text;
  }
}

export function paste(root) {
  each(root, '[data-grid]', (grid) => {
    grid.addEventListener('paste', (event) => {
      const text = event.clipboardData?.getData('text/plain') ?? '';
      const first = event.target.closest('input, select');
      if (!first || !/[\t\n]/.test(text.trimEnd())) return;
      event.preventDefault();
      const lines = () => [...grid.querySelectorAll('[data-rows-line]')];
      const top = lines().indexOf(first.closest('[data-rows-line]'));
      const left = cellsOf(first.closest('[data-rows-line]')).indexOf(first);
      const rows = text.replace(/\r/g, '').replace(/\n+$/, '').split('\n').slice(0, 500);
      for (let missing = top + rows.length - lines().length; missing > 0; missing -= 1)
        grid.querySelector('[data-rows-add]').click();
      const all = lines();
      rows.forEach((row, down) => {
        const cells = cellsOf(all[top + down]);
        row.split('\t').forEach((value, right) => cells[left + right] && put(cells[left + right], value.trim()));
      });
      first.form.dispatchEvent(new Event('input', { bubbles: true }));
      first.form.dispatchEvent(new Event('change', { bubbles: true }));
    });
  });
}
