'use strict';

// Curves over k.

// Round steps that cut a range into about `count` parts.
function ticks(least, greatest, count) {
  const span = greatest - least;
  if (!(span > 0)) return [least];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const found = [];
  for (let tick = Math.ceil(least / step - 1e-9); tick * step <= greatest + step * 1e-6; tick++) {
    found.push(tick * step);
  }
  return found;
}

// A tick as text, with as many decimals as all ticks need.
function tickText(value, all) {
  const step = all.length > 1 ? all[1] - all[0] : 0;
  const decimals = step > 1e-7 ? Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)) : -1;
  const text = decimals < 0 || Math.abs(value) >= 1e7 ? String(Number(value.toPrecision(6))) : value.toFixed(decimals);
  return text.replace('-', '−');
}

// One curve a series: { name, color, dash, points: [{ x, y, item }] }. Marks: [{ x, y, label, strong }].
function lineChart(options) {
  const all = options.series.flatMap((one) => one.points);
  if (all.length === 0) return null;
  const frame = h('div');
  drawForWidth(frame, (width) => drawCurves(options, all, width));
  return h('figure', null, h('figcaption', null, options.title), frame);
}

function drawCurves({ title, xName, yName, series, marks, describe, falls }, all, width) {
  const height = Math.round(Math.min(300, Math.max(220, width * 0.62)));
  const box = { left: 52, right: 14, top: 26, bottom: 44 };
  let [x0, x1] = [Math.min(...all.map((p) => p.x)), Math.max(...all.map((p) => p.x))];
  let [y0, y1] = [Math.min(...all.map((p) => p.y)), Math.max(...all.map((p) => p.y))];
  if (x0 === x1) [x0, x1] = [x0 - 1, x1 + 1];
  if (y0 === y1) [y0, y1] = [y0 - 1, y1 + 1];
  const pad = (y1 - y0) * 0.06;
  [y0, y1] = [y0 - pad, y1 + pad];
  const xOf = (x) => box.left + ((x - x0) / (x1 - x0)) * (width - box.left - box.right);
  const yOf = (y) => height - box.bottom - ((y - y0) / (y1 - y0)) * (height - box.top - box.bottom);
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': title, class: 'chart' });
  const levels = ticks(y0, y1, 5);
  for (const tick of levels) {
    root.append(
      svg('line', { x1: box.left, x2: width - box.right, y1: yOf(tick), y2: yOf(tick), class: 'grid' }),
      svg('text', { x: box.left - 6, y: yOf(tick) + 4, class: 'tick end' }, tickText(tick, levels)));
  }
  for (const tick of ticks(x0, x1, 7).filter((tick) => Number.isInteger(tick) && tick >= 0)) {
    root.append(svg('text', { x: xOf(tick), y: height - box.bottom + 16, class: 'tick middle' }, tick));
  }
  root.append(
    svg('text', { x: (box.left + width - box.right) / 2, y: height - 8, class: 'label middle' }, xName),
    svg('text', { x: 8, y: 14, class: 'label' }, yName));
  for (const one of series) {
    const path = one.points.map((p, i) => `${i ? 'L' : 'M'}${xOf(p.x).toFixed(1)} ${yOf(p.y).toFixed(1)}`);
    root.append(svg('path', { d: path.join(''), class: 'curve', style: { stroke: one.color }, 'stroke-dasharray': one.dash }));
  }
  for (const one of series) {
    for (const p of one.points) {
      const spot = svg('circle', {
        cx: xOf(p.x).toFixed(1), cy: yOf(p.y).toFixed(1), r: 3, class: 'spot', style: { fill: one.color },
        on: {
          pointerenter: (event) => tip.show(describe(p.item), event.clientX, event.clientY),
          pointerleave: () => tip.hide(),
        },
      });
      root.append(spot);
    }
  }
  // Two marks of one point are written one above the other.
  const taken = new Map();
  for (const mark of marks) {
    const key = `${mark.x} ${mark.y}`;
    const level = taken.get(key) || 0;
    taken.set(key, level + 1);
    const [x, y] = [xOf(mark.x), yOf(mark.y)];
    // Beside the curve: behind the point where the curve falls, before it where it rises.
    const isBehind = (falls && x < width - 110) || x < box.left + 110;
    root.append(
      svg('circle', { cx: x, cy: y, r: mark.strong ? 7 : 5.5, class: mark.strong ? 'mark strong' : 'mark' }),
      svg('text', {
        x: isBehind ? x + 10 : x - 10, y: Math.max(12, y - 8 - 14 * level), class: `label halo ${isBehind ? '' : 'end'}`,
      }, mark.label));
  }
  return root;
}

// What colors and dashes of curves mean.
function legend(entries) {
  return h('ul', { class: 'legend' }, entries.map(({ name, color, dash }) => h(
    'li', null,
    svg('svg', { viewBox: '0 0 28 8', width: 28, height: 8, 'aria-hidden': 'true' },
      svg('line', { x1: 0, x2: 28, y1: 4, y2: 4, class: 'curve', style: { stroke: color }, 'stroke-dasharray': dash })),
    ' ', name)));
}
