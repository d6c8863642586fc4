// The last line of a print says when it was printed, not when the page was opened. data-print prints.
export function printing() {
  addEventListener('beforeprint', () => {
    const now = new Date();
    const two = (n) => String(n).padStart(2, '0');
    const text = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}:${two(now.getMinutes())}`;
    document.querySelectorAll('[data-print-time]').forEach((at) => (at.textContent = text));
  });
  document.addEventListener('click', (event) => event.target.closest('[data-print]') && print());
}
