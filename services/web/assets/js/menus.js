// A menu closes when something else is pressed, and on Escape.
export function menus() {
  const close = (but) => document.querySelectorAll('.jc-menu[open]').forEach((menu) => menu !== but && (menu.open = false));
  document.addEventListener('click', (event) => close(event.target.closest('.jc-menu')));
  document.addEventListener('keydown', (event) => {
    const menu = event.key === 'Escape' && document.querySelector('.jc-menu[open]');
    if (!menu) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
  document.querySelectorAll('[data-back]').forEach((link) => {
    if (history.length < 2) return;
    link.hidden = false;
    link.addEventListener('click', (event) => {
      event.preventDefault();
      history.back();
    });
  });
}
