// Pictures by a few words: the page names a kind and its numbers, the look is decided here. Bars before everything;
// colours from tokens.css; tooltips as rich text, so that a policy without inline style holds.
import { BarChart, HeatmapChart, ScatterChart, TreeChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { drawTree } from './treechart.js';

echarts.use([BarChart, HeatmapChart, ScatterChart, TreeChart, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

const css = getComputedStyle(document.documentElement);
const c = (name) => css.getPropertyValue(`--jc-${name}`).trim();
const text = { color: c('ink-2'), fontFamily: c('font'), fontSize: 12 };
const tip = { renderMode: 'richText', backgroundColor: c('surface'), borderColor: c('line-2'), borderWidth: 1, textStyle: { ...text, color: c('ink'), fontSize: 13 } };
const axis = { axisLine: { lineStyle: { color: c('line-2') } }, axisTick: { show: false }, axisLabel: text, splitLine: { lineStyle: { color: c('line') } } };
const legend = { top: 0, left: 0, itemWidth: 12, itemHeight: 10, itemGap: 16, textStyle: text };
const quiet = { ...axis, axisLine: { show: false } };

const kinds = {
  bars: ({ x, series, unit = '' }) => ({
    grid: { left: 0, right: 4, top: series.length > 1 ? 36 : 20, bottom: 2, containLabel: true },
    legend: series.length > 1 ? { ...legend, data: series.map((one) => one.name) } : undefined,
    tooltip: { ...tip, trigger: 'axis', axisPointer: { type: 'shadow' }, valueFormatter: (v) => `${v ?? ''}${unit}` },
    xAxis: { type: 'category', data: x, ...axis, axisLabel: { ...text, interval: 0, hideOverlap: true, fontSize: x.length > 8 ? 11 : 12 } },
    yAxis: { type: 'value', minInterval: 1, splitNumber: 3, ...quiet },
    series: series.map((one) => ({
      name: one.name, type: 'bar', stack: 'all', barMaxWidth: 14, data: one.values, itemStyle: { color: c(`${one.state}-mid`) },
      label: { show: Boolean(one.label), position: 'top', ...text, color: c(one.state), formatter: (p) => (p.value ? String(p.value) : '') },
    })),
  }),

  against: ({ rows, own, mean, pending = '', unit = '%' }) => {
    const lines = [...rows].reverse();
    const label = (v) => (v == null ? pending : Number(v).toFixed(1));
    return {
      grid: { left: 0, right: 0, top: 32, bottom: 0, containLabel: true },
      legend: { ...legend, data: [{ name: own, icon: 'rect' }, { name: mean, icon: 'path://M5 0h2v10h-2z' }] },
      tooltip: { ...tip, trigger: 'axis', axisPointer: { type: 'none' }, valueFormatter: (v) => (v == null ? pending : v + unit) },
      xAxis: { type: 'value', min: 0, max: 100, show: false },
      yAxis: [
        { type: 'category', data: lines.map((l) => l[0]), ...quiet, axisLabel: { ...text, color: c('ink'), margin: 10 } },
        { type: 'category', position: 'right', data: lines.map((l) => label(l[1])), ...quiet, axisLabel: { ...text, margin: 10 } },
      ],
      series: [
        { name: own, type: 'bar', barWidth: 12, showBackground: true, backgroundStyle: { color: c('idle-soft') }, itemStyle: { color: c('ok-mid') },
          data: lines.map((l) => ({ value: l[1], itemStyle: { color: l[2] != null && l[1] < l[2] ? c('due-mid') : c('ok-mid') } })) },
        { name: mean, type: 'scatter', symbol: 'rect', symbolSize: [2, 20], itemStyle: { color: c('ink') }, z: 5, data: lines.map((l) => l[2]) },
      ],
    };
  },

  heat: ({ x, y, cells, unit = '', state = 'ok' }) => ({
    grid: { left: 0, right: 4, top: 4, bottom: 2, containLabel: true },
    tooltip: { ...tip, formatter: (p) => `${y[p.value[1]]} ${x[p.value[0]]}: ${p.value[2]}${unit}` },
    visualMap: { show: false, min: 0, max: Math.max(1, ...cells.map((cell) => cell[2])), inRange: { color: [c('surface'), c(`${state}-soft`), c(`${state}-mid`)] } },
    xAxis: { type: 'category', data: x, ...quiet },
    yAxis: { type: 'category', data: y, inverse: true, ...quiet },
    series: [{ type: 'heatmap', data: cells, itemStyle: { borderColor: c('surface'), borderWidth: 2 }, label: { show: true, ...text, color: c('ink'), formatter: (p) => String(p.value[2] || '') } }],
  }),
};

window.jcDraw = (root) => {
  const boxes = [...root.querySelectorAll('[data-chart]')];
  if (root.matches?.('[data-chart]')) boxes.push(root);
  for (const box of boxes) {
    if (box.dataset.chart === 'tree') {
      drawTree(echarts, box, JSON.parse(box.dataset.option), { c, text, tip });
      continue;
    }
    if (echarts.getInstanceByDom(box) || !kinds[box.dataset.chart]) continue;
    const chart = echarts.init(box, null, { renderer: 'svg' });
    chart.setOption({ animation: false, textStyle: text, ...kinds[box.dataset.chart](JSON.parse(box.dataset.option)) });
    // The viewBox lets a print scale the picture down to its column.
    const fit = () => {
      chart.resize();
      box.querySelector('svg')?.setAttribute('viewBox', `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
    };
    fit();
    new ResizeObserver(() => !matchMedia('print').matches && fit()).observe(box);
  }
};
window.jcDraw(document);
