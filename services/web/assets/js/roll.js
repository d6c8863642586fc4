// Attendance by exception: a ticked name opens the row for its reason, the counts follow.
import { each } from './words.js';

export function roll(root) {
  each(root, '[data-roll]', (section) => {
    const boxes = [...section.querySelectorAll('input[name=absent]')];
    const row = (id) => section.querySelector(`[data-roll-row="${CSS.escape(id)}"]`);
    const show = () => {
      let away = 0;
      boxes.forEach((box) => {
        away += box.checked;
        const line = row(box.value);
        line.classList.toggle('is-open', box.checked);
        line.hidden = !box.checked;
      });
      section.querySelector('[data-roll-present]').textContent = boxes.length - away;
      section.querySelector('[data-roll-absent]').textContent = away;
    };
    section.querySelectorAll('[data-roll-back]').forEach((button) => {
      button.hidden = false;
      button.addEventListener('click', () => {
        const box = boxes.find((one) => one.value === button.dataset.rollBack);
        box.checked = false;
        box.dispatchEvent(new Event('change', { bubbles: true }));
        box.focus();
      });
    });
    section.addEventListener('change', (event) => event.target.name === 'absent' && show());
    show();
  });
}
