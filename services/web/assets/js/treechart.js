// The tree as a picture, read from the list that stands beside it: one source, and without script the list is enough.
// The box scrolls, so keyboard, wheel and fingers move it as they move everything else; a drag with the mouse does too.
const ROW = 26;
const NARROW = 150;
const WIDE = 380;
const LABEL = 250;
const EDGE = 20;
const LONGEST = 18;

function read(item, byKey) {
  const line = item.querySelector(':scope > .node');
  const link = line.querySelector('a');
  const node = {
    key: byKey.length,
    name: link.textContent,
    url: link.href,
    count: line.querySelector('small.n')?.textContent ?? '',
    late: line.querySelector('small.t-late')?.textContent ?? '',
    open: line.querySelector('button')?.getAttribute('aria-expanded') === 'true',
    current: line.hasAttribute('aria-current'),
  };
  byKey.push(node);
  node.children = [...item.querySelectorAll(':scope > ul > li')].map((one) => read(one, byKey));
  return node;
}

function roots(list, top, byKey) {
  const tops = [...list.querySelectorAll(':scope > .jc-tree > li')].map((item) => read(item, byKey));
  if (tops.length === 1) return tops[0];
  const root = { key: byKey.length, name: top, url: '', count: '', late: '', open: true, current: false, children: tops };
  byKey.push(root);
  return root;
}

const wide = (text) => [...text].reduce((sum, sign) => sum + (sign > '\u2e80' ? 13 : 7.5), 0);
const plain = (text) => text.replace(/[{}|]/g, ' ');
const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
const length = (node) => wide(`${short(node.name)} ${node.count} ${node.late}`);

// How the layout spaces what is in sight: a step to a brother, two to a cousin; a level as wide as its longest name.
function extent(root) {
  let rows = 0;
  let levels = 1;
  let level = NARROW;
  let last = null;
  const walk = (node, parent, depth) => {
    levels = Math.max(levels, depth);
    if (node.open && node.children.length) {
      level = Math.max(level, length(node) + 56);
      return node.children.forEach((child) => walk(child, node, depth + 1));
    }
    if (last !== null) rows += last === parent ? 1 : 2;
    last = parent;
  };
  walk(root, null, 1);
  return { rows, levels, level: Math.min(level, WIDE) };
}

export function drawTree(echarts, box, { list: id, top = '' }, { c, text, tip }) {
  const view = box.closest('.jc-chartview');
  const card = box.closest('.jc-chartcard');
  const list = document.getElementById(id);
  if (!list || box.dataset.drawn) return;
  if (!view.clientWidth) {
    // A small screen shows the list alone; turned on its side it may show the picture.
    new ResizeObserver((_, seen) => view.clientWidth && (seen.disconnect(), drawTree(echarts, box, { list: id, top }, { c, text, tip }))).observe(view);
    return;
  }
  box.dataset.drawn = '1';
  const byKey = [];
  const root = roots(list, top, byKey);
  let scale = 1;
  let chart = null;

  const shown = (node) => ({
    name: node.name,
    value: node.key,
    symbol: node.children.length && !node.open ? 'circle' : 'emptyCircle',
    label: {
      formatter: () =>
        `{${node.current ? 'at' : 'name'}|${plain(short(node.name))}}` +
        (node.count ? `{count| ${node.count}}` : '') +
        (node.late ? `{late| ${plain(node.late)}}` : '') +
        (node.children.length && !node.open ? `{more| +${node.children.length}}` : ''),
    },
    children: node.open ? node.children.map(shown) : [],
  });

  const place = (node) => {
    const series = chart.getModel().getSeriesByIndex(0);
    const data = series.getData();
    const at = data.mapArray((index) => index).find((index) => data.getRawDataItem(index)?.value === node.key);
    const layout = at === undefined ? null : data.getItemLayout(at);
    return layout ? series.coordinateSystem.dataToPoint([layout.x, layout.y]) : null;
  };

  const draw = () => {
    const { rows, levels, level } = extent(root);
    const size = 13 * scale;
    const width = Math.max(1, (levels - 1) * level * scale);
    const height = Math.max(1, rows * ROW * scale);
    const whole = { width: Math.max(width + LABEL * scale + 2 * EDGE, view.clientWidth - 2), height: Math.max(height + 4 * EDGE, view.clientHeight - 2) };
    box.style.width = `${whole.width}px`;
    box.style.height = `${whole.height}px`;
    const piece = { ...text, fontSize: size, color: c('ink'), padding: [2, 0] };
    const option = {
      animation: false,
      tooltip: { ...tip, trigger: 'item', formatter: (p) => { const node = byKey[p.value]; return [node.name, node.count, node.late].filter(Boolean).join('  '); } },
      series: [{
        type: 'tree', data: [shown(root)], layout: 'orthogonal', orient: 'LR', edgeShape: 'polyline', edgeForkPosition: '92%',
        left: EDGE, top: Math.min((whole.height - height) / 2, 2 * EDGE), width, height, roam: false, expandAndCollapse: false, initialTreeDepth: -1,
        symbolSize: 8 * scale, itemStyle: { color: c('ink-3'), borderColor: c('ink-3'), borderWidth: 1.2 }, lineStyle: { color: c('line-2'), width: 1 },
        emphasis: { disabled: true },
        label: {
          position: 'right', align: 'left', verticalAlign: 'middle', distance: 6, backgroundColor: c('surface'),
          rich: { name: piece, at: { ...piece, color: c('accent'), fontWeight: 600 }, count: { ...piece, color: c('ink-3') }, late: { ...piece, color: c('late') }, more: { ...piece, color: c('ink-3') } },
        },
      }],
    };
    if (chart) {
      // Drawn anew: what folds away takes its line along, which a drawing that changes step by step trips over.
      chart.clear();
      chart.resize({ width: whole.width, height: whole.height });
    } else chart = echarts.init(box, null, { renderer: 'svg', width: whole.width, height: whole.height });
    chart.setOption(option, true);
  };

  const centre = (node) => {
    const at = place(node);
    if (at) view.scrollTo(Math.max(0, at[0] - view.clientWidth / 2), Math.max(0, at[1] - view.clientHeight / 2));
  };

  const said = card.querySelector('[data-tree-said]');
  const say = (node) => {
    if (!node.url) return;
    const link = Object.assign(document.createElement('a'), { href: node.url, textContent: said.dataset.open });
    said.replaceChildren(`${[node.name, node.count, node.late].filter(Boolean).join('  ')}  `, link);
  };

  draw();
  const start = byKey.find((node) => node.current) ?? root;
  centre(start);
  if (start.current) say(start);

  chart.on('click', (event) => {
    const node = byKey[event.value];
    if (!node) return;
    say(node);
    if (!node.children.length) return;
    const before = place(node);
    node.open = !node.open;
    draw();
    // What was pressed stays under the finger.
    const after = place(node);
    view.scrollLeft += after[0] - before[0];
    view.scrollTop += after[1] - before[1];
  });

  const deeds = {
    unfold: () => byKey.forEach((node) => (node.open = true)),
    fold: () => byKey.forEach((node) => (node.open = node === root)),
    larger: () => (scale = Math.min(1.6, scale * 1.25)),
    smaller: () => (scale = Math.max(0.4, scale / 1.25)),
  };
  card.querySelector('.jc-charttools').hidden = false;
  for (const button of card.querySelectorAll('[data-tree-do]')) {
    button.addEventListener('click', () => {
      deeds[button.dataset.treeDo]();
      draw();
      centre(byKey.find((node) => node.current) ?? root);
    });
  }
  drag(view);
}

function drag(view) {
  let from = null;
  let moved = false;
  view.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'mouse' || event.button) return;
    from = { x: event.clientX, y: event.clientY, left: view.scrollLeft, top: view.scrollTop };
    moved = false;
  });
  view.addEventListener('pointermove', (event) => {
    if (!from || !(event.buttons & 1)) return;
    const [x, y] = [event.clientX - from.x, event.clientY - from.y];
    if (!moved && Math.hypot(x, y) < 5) return;
    moved = true;
    view.classList.add('is-dragged');
    view.scrollTo(from.left - x, from.top - y);
  });
  const end = () => {
    from = null;
    view.classList.remove('is-dragged');
  };
  view.addEventListener('pointerup', end);
  view.addEventListener('pointerleave', end);
  // A drag ends with a click that nobody meant.
  view.addEventListener('click', (event) => moved && (event.stopPropagation(), (moved = false)), true);
}
