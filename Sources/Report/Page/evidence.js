'use strict';

// Rows that were not fitted, known classes, and how the page was made.

function showHeldOut() {
  if (!report.heldOut) return removeSection('held-out');
  const { name, rows: count, clusters } = report.heldOut;
  const best = report.sweep.runs[report.best];
  const { test } = best;
  const body = byId('held-out-body');
  body.append(h('p', { class: 'lead' }, bdi(name), `${name.includes(grouped(count)) ? '' : ` (${grouped(count)} rows)`}. Silhouette ${fixed(test.silhouette, 4)}, that of the fitted rows ${fixed(best.silhouette, 4)}. Inertia per row ${fixed(test.inertia_per_row, 4)}, that of the fitted rows ${fixed(test.training_inertia_per_row, 4)}.`));
  if (test.silhouette_reason) body.append(h('p', { class: 'quiet' }, `Silhouette undefined: ${test.silhouette_reason}.`));
  const tested = report.sweep.runs.filter((run) => run.test && run.algorithm === best.algorithm);
  const curve = (key, title, dash) => ({
    name: title, color: colorOf(dash ? 1 : 0), dash,
    points: tested.map((run) => ({ x: run.k, y: key(run), item: run })).filter((p) => typeof p.y === 'number'),
  });
  if (tested.length > 1) {
    const series = [
      curve((run) => run.silhouette, 'fitted rows'), curve((run) => run.test.silhouette, 'unseen rows', '6 4')];
    const chart = lineChart({
      title: 'Silhouettes of fitted and of unseen rows', xName: 'number of clusters, k', yName: 'Mean silhouette', series, marks: [],
      describe: (run) => [h('b', null, `k = ${run.k}`), h('br'), `fitted ${fixed(run.silhouette, 4)}, unseen ${fixed(run.test.silhouette, 4)}`],
    });
    if (chart) body.append(h('div', { class: 'figures' }, chart, legend(series)));
  }
  const fitted = new Map(report.clusters.map((cluster) => [cluster.cluster, cluster]));
  const total = report.total;
  const lines = clusters.filter(([label]) => fitted.has(label)).map(([label, size, silhouette]) => ({ label, size, silhouette, cluster: fitted.get(label) }));
  body.append(sortedTable(lines, [
    { name: 'cluster', value: (line) => line.label, text: (line) => [dot(line.label), ' ', line.label, ' ', bdi(line.cluster.name)] },
    { name: 'unseen rows', number: true, value: (line) => line.size, text: (line) => grouped(line.size) },
    { name: 'share', number: true, value: (line) => line.size, text: (line) => percent(line.size / Math.max(1, count)) },
    { name: 'share of fitted rows', number: true, value: (line) => line.cluster.rows, text: (line) => percent(line.cluster.rows / total) },
    { name: 'silhouette', number: true, value: (line) => line.silhouette, text: (line) => fixed(line.silhouette, 4) },
    { name: 'of fitted rows', number: true, value: (line) => line.cluster.silhouette, text: (line) => fixed(line.cluster.silhouette, 4) },
  ], { caption: 'Unseen rows by cluster', limit: lines.length > 14 }));
}

function showTruth() {
  if (!report.truth) return removeSection('truth');
  const { source, unlabeled, names } = report.truth;
  const { k } = report;
  const counts = unpack(report.truth.counts, names.length * k);
  const scores = report.sweep.runs[report.best].truth;
  byId('truth-how').append(
    'Each row has a known class in ', bdi(source), '. The fits did not see it; the table shows how the classes fall into the clusters. ',
    h('b', null, 'ARI'), ' is 1 when clusters and classes are the same and 0 when they agree no more than chance would; ',
    h('b', null, 'NMI'), ' is the share of information they have in common.');
  const body = byId('truth-body');
  body.append(h('p', { class: 'lead' },
    Object.entries(scores).filter(([key]) => key !== 'rows').map(([key, value], i) => `${i ? ', ' : ''}${key.length === 3 ? key.toUpperCase() : key} ${fixed(value, 4)}`),
    unlabeled > 0 ? `. ${grouped(unlabeled)} rows without a class are left out.` : '.'));
  const clusters = Array.from({ length: k }, (_, label) => label);
  const classes = names.map((name, index) => ({ name, counts: counts.subarray(index * k, (index + 1) * k) }))
    .map((line) => ({ ...line, total: sum(line.counts) }));
  const most = Math.max(1, ...counts);
  const shown = k <= 60 ? clusters.map((label) => ({
    name: String(label), title: clusterName(label), number: true, value: (line) => line.counts[label],
    text: (line) => h('span', { class: 'count', style: { '--weight': (line.counts[label] / most).toFixed(3) } }, line.counts[label] || '·'),
  })) : [];
  const main = (line) => line.counts.indexOf(Math.max(...line.counts));
  body.append(sortedTable(classes, [
    { name: 'class', value: (line) => line.name, text: (line) => bdi(line.name) },
    { name: 'rows', number: true, value: (line) => line.total, text: (line) => grouped(line.total) },
    { name: 'most in', value: (line) => main(line), text: (line) => [dot(main(line)), ' ', main(line), ` (${percent(line.counts[main(line)] / Math.max(1, line.total))})`] },
    ...shown,
  ], { caption: 'Classes by cluster', limit: classes.length > 14 }));
}

function showMade() {
  const { input, options, ...rest } = report.run;
  const held = rest.test || rest.held_out;
  delete rest.test;
  delete rest.held_out;
  const isSet = (value) => value !== null && !(Array.isArray(value) && value.length === 0);
  const unset = Object.keys(options).filter((key) => !isSet(options[key]));
  const plain = (value) => (Array.isArray(value) ? shortList(value) : typeof value === 'object' ? Object.entries(value).map(([key, part]) => `${key.replace(/_/g, ' ')} ${plain(part)}`).join(', ') : String(value));
  const table = (title, members) => h('div', null, h('h3', null, title), h(
    'dl', { class: 'facts' }, Object.entries(members).filter(([, value]) => isSet(value)).map(([key, value]) => [
      h('dt', null, key.replace(/_/g, ' ')), h('dd', null, bdi(plain(value)))])));
  byId('made-body').append(...[
    table('Input', input), held ? table('Unseen rows', held) : null, table('Program', rest), table('Options', options),
    h('p', { class: 'quiet' }, `Options without a value: ${unset.map((key) => key.replace(/_/g, ' ')).join(', ')}.`)].filter(Boolean));
}

// 2, 3, 4, …, 30 as 2 to 30.
function shortList(values) {
  const isRun = values.length > 3 && values.every((value, i) => i === 0 || value === values[i - 1] + 1);
  return isRun ? `${values[0]} to ${values[values.length - 1]}` : values.map(String).join(', ');
}
