// The chart script is large: it is fetched only where a page holds a picture.
import { each } from './words.js';

export function charts(root) {
  let any = false;
  each(root, '[data-chart]', () => (any = true));
  if (!any) return;
  if (window.jcDraw) return window.jcDraw(root);
  if (document.querySelector('script[data-charts]')) return;
  const script = document.createElement('script');
  script.src = document.querySelector('meta[name=jc-charts]').content;
  script.dataset.charts = '1';
  document.head.append(script);
}
