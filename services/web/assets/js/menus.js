// A menu closes when something else is pressed, and on Escape; rows of tabs show the one that is open.
export function menus() {
  const close = (but) => document.querySelectorAll('.jc-menu[open]').forEach((menu) => menu !== but && (menu.open = false));
  document.addEventListener('click', (event) => close(event.target.closest('.jc-menu')));
  document.addEventListener('keydown', (event) => {
    const menu = event.key === 'Escape' && document.querySelector('.jc-menu[open]');
    if (!menu) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
  // Tabs that do not fit on a phone: the one that is open is brought into view.
  document.querySelectorAll('.nav-tabs .active, .jc-seg [aria-current]').forEach((one) => {
    const row = one.closest('.nav-tabs, .jc-seg');
    if (row.scrollWidth > row.clientWidth) row.scrollLeft = one.offsetLeft - row.offsetLeft - 16;
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
