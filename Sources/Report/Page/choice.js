'use strict';

// Which k was chosen and why.

function showChoice() {
  const { runs, votes } = report.sweep;
  const best = runs[report.best];
  byId('why').append(
    h('p', { class: 'lead' }, 'Chosen: ', h('b', null, `k = ${best.k}`), ` (${best.algorithm}), ${report.sweep.best.reason}.`));
  if (report.explanation.length > 1) {
    byId('why').append(h('ul', { class: 'sentences' }, report.explanation.slice(1).map((text) => h('li', null, text))));
  }
  const several = Object.entries(votes);
  if (several.length > 0) {
    byId('why').append(
      h('p', { class: 'quiet' }, 'What each criterion would choose: ',
        several.map(([name, vote], i) => [
          i ? '; ' : '', h('b', null, `${name}: k = ${vote.k}`), ` (${vote.algorithm}), ${vote.reason}`]), '.'));
  }
  showCurves(runs, votes, best);
  byId('runs').append(runsTable(runs, best));
}

function showCurves(runs, votes, best) {
  const algorithms = [...new Set(runs.map((run) => run.algorithm))];
  if (new Set(runs.map((run) => run.k)).size < 2) {
    byId('curves').remove();
    return;
  }
  const dashes = [null, '7 4', '2 3', '9 3 2 3', '5 2', '1 4'];
  const look = algorithms.map((name, index) => ({ name, color: colorOf(index), dash: dashes[index % dashes.length] }));
  const describe = (run) => [
    h('b', null, `k = ${run.k}, ${run.algorithm}`), h('br'),
    `inertia ${fixed(run.inertia, 2)}`, h('br'), `silhouette ${fixed(run.silhouette, 4)}`];
  const curves = (key) => look.map((one) => ({
    ...one,
    points: runs.filter((run) => run.algorithm === one.name && typeof run[key] === 'number')
      .map((run) => ({ x: run.k, y: run[key], item: run })),
  }));
  const marks = (key, wanted) => {
    const found = [];
    for (const [name, vote] of Object.entries(votes)) {
      if (!wanted.includes(name)) continue;
      const run = runs.find((one) => one.k === vote.k && one.algorithm === vote.algorithm);
      if (run && typeof run[key] === 'number') {
        found.push({ x: run.k, y: run[key], label: `${name}: ${run.k}`, strong: run === best });
      }
    }
    if (typeof best[key] === 'number' && !found.some((mark) => mark.strong)) {
      found.push({ x: best.k, y: best[key], label: `chosen: ${best.k}`, strong: true });
    }
    return found;
  };
  const figures = [
    ['inertia', 'Inertia (elbow)', ['knee', 'gap']],
    ['silhouette', 'Mean silhouette', ['silhouette', 'stability']],
    ['stability', 'Stability: agreement of fits', ['stability']],
  ].map(([key, name, wanted]) => lineChart({
    title: `${name} of every k`, xName: 'number of clusters, k', yName: name,
    series: curves(key), marks: marks(key, wanted), describe, falls: key === 'inertia',
  }));
  byId('curves').append(...figures.filter(Boolean));
  if (algorithms.length > 1) byId('curves').append(legend(look));
}

function runsTable(runs, best) {
  const number = (name, title, decimals, value) => ({
    name, title, number: true, value, text: (run) => fixed(value(run), decimals),
  });
  const has = (value) => runs.some((run) => typeof value(run) === 'number');
  const optional = [
    number('stability', 'Mean agreement (ARI) of fits; 1 when all fits agree', 3, (run) => run.stability ?? null),
    number('gap', 'Gap statistic: inertia below that of rows without structure', 4, (run) => run.gap?.value ?? null),
    number('ARI', 'Agreement with the known classes, adjusted for chance', 4, (run) => run.truth?.ari ?? null),
    number('NMI', 'Information shared with the known classes', 4, (run) => run.truth?.nmi ?? null),
    number('unseen silhouette', 'Silhouette of the rows that were not fitted', 4, (run) => run.test?.silhouette ?? null),
  ].filter((column) => has(column.value));
  const columns = [
    {
      name: 'marks', title: '★ is the chosen one; letters are the votes', value: (run) => (run === best ? 0 : run.votes?.length ? 1 : 2),
      text: (run) => [run === best ? '★ ' : '', (run.votes || []).join(', ')],
    },
    { name: 'algorithm', value: (run) => run.algorithm, text: (run) => run.algorithm },
    number('k', 'Number of clusters', 0, (run) => run.k),
    number('inertia', 'Sum of squared distances to the centers', 2, (run) => run.inertia),
    number('silhouette', 'Mean silhouette, −1 to 1, high is better', 4, (run) => run.silhouette),
    number('Calinski–Harabasz', 'Spread between clusters over spread inside, high is better', 2, (run) => run.calinski_harabasz),
    number('Davies–Bouldin', 'Likeness of each cluster to its nearest, low is better', 3, (run) => run.davies_bouldin),
    ...optional,
    number('smallest', 'Rows of the smallest cluster', 0, (run) => run.sizes.min),
    number('median', 'Median of the numbers of rows', 1, (run) => run.sizes.median),
    number('largest', 'Rows of the largest cluster', 0, (run) => run.sizes.max),
    number('iterations', 'Iterations of the best restart; 0 for a tree', 0, (run) => run.iterations),
  ];
  return sortedTable(runs, columns, {
    caption: 'Every clustering with its scores', rowClass: (run) => (run === best ? 'best' : null), limit: runs.length > 14,
  });
}
