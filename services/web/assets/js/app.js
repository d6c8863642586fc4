// All behaviour of the pages. Every part starts on the whole page and again on each piece htmx puts in.
import './htmx.js';
import { arrows } from './arrows.js';
import { ask } from './ask.js';
import { cells } from './cells.js';
import { charts } from './charts-when.js';
import { drafts } from './drafts.js';
import { fields } from './fields.js';
import { folds } from './folds.js';
import { forms } from './forms.js';
import { menus } from './menus.js';
import { paste } from './paste.js';
import { printing } from './printing.js';
import { quick } from './quick.js';
import { roll } from './roll.js';
import { rows } from './rows.js';

const parts = [arrows, cells, charts, fields, folds, forms, paste, quick, roll, rows];
const start = (root) => parts.forEach((part) => part(root));

ask();
menus();
printing();
start(document);
drafts();
document.body.addEventListener('htmx:load', (event) => {
  if (event.detail.elt !== document.body) start(event.detail.elt);
});
document.querySelector('[data-focus]')?.focus();
