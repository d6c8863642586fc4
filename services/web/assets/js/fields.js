// Small helps at single fields: show a password, copy a text, name the chosen files.
import { each, toast, word } from './words.js';

export function fields(root) {
  each(root, '[data-reveal]', (button) => {
    const field = document.querySelector(button.dataset.reveal);
    button.hidden = false;
    button.addEventListener('click', () => {
      const show = field.type === 'password';
      field.type = show ? 'text' : 'password';
      button.setAttribute('aria-pressed', String(show));
      button.textContent = word(show ? 'hide' : 'show');
      field.focus();
    });
  });

  each(root, '[data-copy]', (button) => {
    const what = button.dataset.copy;
    button.hidden = !navigator.clipboard;
    button.addEventListener('click', async () => {
      const from = what.startsWith('#') && document.querySelector(what);
      try {
        await navigator.clipboard.writeText(from ? (from.value ?? from.textContent).trim() : what);
        toast(word('copied'));
      } catch {
        toast(word('failed'));
      }
    });
  });

  each(root, 'input[type=file][data-files]', (input) => {
    const list = document.getElementById(input.dataset.files);
    const most = Number(input.dataset.max) || Infinity;
    input.addEventListener('change', () => {
      const good = new DataTransfer();
      for (const file of input.files) {
        if (file.size <= most) good.items.add(file);
        else toast(word('big', { name: file.name, size: Math.floor(most / 1048576) }));
      }
      input.files = good.files;
      draw(input, list);
    });
  });
}

function draw(input, list) {
  list.replaceChildren(
    ...[...input.files].map((file) => {
      const tag = Object.assign(document.createElement('span'), { className: 'jc-file', textContent: file.name });
      const size = Object.assign(document.createElement('small'), { textContent: `${Math.max(1, Math.round(file.size / 1024))} KB` });
      const away = Object.assign(document.createElement('button'), { type: 'button', className: 'btn-close btn-close-sm' });
      away.setAttribute('aria-label', word('remove', { name: file.name }));
      away.addEventListener('click', () => {
        const left = new DataTransfer();
        [...input.files].filter((other) => other !== file).forEach((other) => left.items.add(other));
        input.files = left.files;
        draw(input, list);
      });
      tag.append(size, away);
      return tag;
    }),
  );
}
