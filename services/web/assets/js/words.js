// The reader's language, given by the page: the script holds no text of its own.
const words = JSON.parse(document.body.dataset.words || '{}');

export function word(name, values = {}) {
  return (words[name] || '').replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '');
}

// Every match in `root`, root itself too: htmx may hand over the very element that carries the attribute.
export function each(root, selector, act) {
  if (root.matches?.(selector)) act(root);
  root.querySelectorAll(selector).forEach(act);
}

export function toast(text) {
  const box = document.querySelector('.jc-toasts');
  if (!box) return;
  const one = Object.assign(document.createElement('span'), { className: 'jc-toast', textContent: text });
  box.append(one);
  setTimeout(() => one.remove(), 10000);
}
