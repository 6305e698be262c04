'use strict';

// Silhouettes cluster by cluster, and how like the centers are to each other.

function showSilhouettes() {
  const clusters = report.clusters.filter((cluster) => cluster.outline);
  if (clusters.length === 0) return removeSection('silhouettes');
  const total = sum(clusters.map((cluster) => cluster.rows));
  const mean = report.sweep.runs[report.best].silhouette;
  drawForWidth(byId('knives'), (width) => {
    const left = width < 520 ? 110 : 210;
    const heights = clusters.map((cluster) => Math.max(14, (cluster.rows / total) * 460));
    const height = sum(heights) + 4 * clusters.length + 34;
    const values = clusters.flatMap((cluster) => cluster.outline).map((value) => value / 1000);
    const [least, most] = [Math.min(0, ...values), Math.max(0.05, ...values)];
    const xOf = (value) => left + ((value - least) / (most - least)) * (width - left - 16);
    const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', class: 'chart', 'aria-label': 'Silhouettes of the rows of every cluster' });
    const shown = ticks(least, most, 5);
    for (const tick of shown) {
      root.append(
        svg('line', { x1: xOf(tick), x2: xOf(tick), y1: 0, y2: height - 26, class: 'grid' }),
        svg('text', { x: xOf(tick), y: height - 10, class: 'tick middle' }, tickText(tick, shown)));
    }
    let y = 4;
    clusters.forEach((cluster, index) => {
      const last = Math.max(1, cluster.outline.length - 1);
      const points = cluster.outline.map((value, place) => `${xOf(value / 1000).toFixed(1)},${(y + (place / last) * heights[index]).toFixed(1)}`);
      if (cluster.outline.length === 1) points.push(`${xOf(cluster.outline[0] / 1000).toFixed(1)},${y + heights[index]}`);
      const shape = [`${xOf(0)},${y}`, ...points, `${xOf(0)},${y + heights[index]}`].join(' ');
      root.append(
        svg('polygon', {
          points: shape, class: 'blade', style: { fill: clusterColor(cluster.cluster) },
          on: {
            pointermove: (event) => tip.show([h('b', null, `${cluster.cluster} `, bdi(cluster.name)), h('br'), `${grouped(cluster.rows)} rows, mean ${fixed(cluster.silhouette, 3)}`], event.clientX, event.clientY),
            pointerleave: () => tip.hide(),
            click: () => explorer.showCluster(cluster.cluster),
          },
        }),
        svg('text', { x: left - 8, y: y + heights[index] / 2 + 4, class: 'label end' }, fitted(`${cluster.cluster} ${cluster.name}`, left - 14)));
      y += heights[index] + 4;
    });
    root.append(svg('line', { x1: xOf(0), x2: xOf(0), y1: 0, y2: height - 26, class: 'axis' }));
    if (typeof mean === 'number') {
      root.append(svg('line', { x1: xOf(mean), x2: xOf(mean), y1: 0, y2: height - 26, class: 'mean' },
        svg('title', null, `mean silhouette ${fixed(mean, 4)}`)));
    }
    return root;
  });
}

function showSimilarity() {
  if (!report.similarity) return removeSection('similarity');
  const clusters = report.clusters;
  const count = clusters.length;
  const { order } = report.similarity;
  const packed = unpackSigned(report.similarity.cosines, (count * (count - 1)) / 2);
  const cosine = (a, b) => (a === b ? 1 : packed[(Math.max(a, b) * (Math.max(a, b) - 1)) / 2 + Math.min(a, b)] / 100);
  // The greatest of two different clusters has the strongest color.
  const most = Math.max(0.01, ...packed.map(Math.abs));
  const least = Math.min(...packed) / 100;
  const frame = h('div', { class: 'wide' });
  byId('heat').append(frame, heatScale(most / 100, least), nearestTable(clusters, cosine));
  drawForWidth(frame, (width) => {
    const left = width < 520 ? 110 : 200;
    const cell = Math.max(7, Math.min(26, (width - left - 4) / count));
    const top = 24;
    const size = { width: Math.ceil(left + cell * count + 2), height: Math.ceil(top + cell * count + 2) };
    const root = svg('svg', { viewBox: `0 0 ${size.width} ${size.height}`, width: size.width, height: size.height, role: 'img', class: 'chart fixed', 'aria-label': 'Cosines of the centers of all pairs of clusters' });
    order.forEach((a, line) => {
      if (cell >= 11) {
        root.append(svg('text', { x: left - 6, y: top + cell * (line + 0.5) + 4, class: 'label end' }, fitted(`${clusters[a].cluster} ${clusters[a].name}`, left - 10)));
      }
      if (cell >= 17) {
        root.append(svg('text', { x: left + cell * (line + 0.5), y: top - 8, class: 'tick middle' }, clusters[a].cluster));
      }
      order.forEach((b, column) => {
        const value = cosine(a, b);
        root.append(svg('rect', {
          x: left + cell * column, y: top + cell * line, width: cell - 1, height: cell - 1, class: 'cell',
          style: { fill: a === b ? 'var(--faint)' : value < 0 ? 'var(--c1)' : 'var(--c0)' }, 'fill-opacity': a === b ? 1 : Math.abs((value * 100) / most).toFixed(2),
          on: {
            pointerenter: (event) => tip.show([
              bdi(`${clusters[a].cluster} ${clusters[a].name}`), h('br'), bdi(`${clusters[b].cluster} ${clusters[b].name}`), h('br'), h('b', null, fixed(value, 2))], event.clientX, event.clientY),
            pointerleave: () => tip.hide(),
          },
        }));
      });
    });
    return root;
  });
}

// What the colors of cells mean.
function heatScale(most, least) {
  const steps = [];
  for (let step = least < 0 ? -5 : 0; step <= 10; step++) {
    if (step < 0 && (step + 1) / 10 * most <= least) continue;
    steps.push(h('span', { class: 'step', style: { background: step < 0 ? 'var(--c1)' : 'var(--c0)', opacity: Math.abs(step) / 10 } }));
  }
  return h('p', { class: 'quiet scale' }, least < 0 ? fixed(least, 2) : '0', ' ', h('span', { 'aria-hidden': 'true' }, steps), ' ', fixed(most, 2), least < 0 ? '; the second color is below 0' : '');
}

// The nearest other cluster of each, as text.
function nearestTable(clusters, cosine) {
  const lines = clusters.map((cluster, a) => {
    let best = -1;
    clusters.forEach((_, b) => {
      if (b !== a && (best < 0 || cosine(a, b) > cosine(a, best))) best = b;
    });
    return { cluster, other: clusters[best], value: cosine(a, best) };
  });
  const cell = (cluster) => [dot(cluster.cluster), ' ', cluster.cluster, ' ', bdi(cluster.name)];
  return h('details', null, h('summary', null, 'The most similar cluster of each, as a table'), sortedTable(lines, [
    { name: 'cluster', value: (line) => line.cluster.cluster, text: (line) => cell(line.cluster) },
    { name: 'most similar', value: (line) => line.other.cluster, text: (line) => cell(line.other) },
    { name: 'cosine', number: true, value: (line) => line.value, text: (line) => fixed(line.value, 2) },
  ], { caption: 'The most similar cluster of each cluster' }));
}
