'use strict';

// What each cluster is made of.

function showClusters() {
  const total = report.total;
  if (report.clusters.length < report.k) {
    const note = byId('clusters-left-out');
    note.textContent = `The ${report.clusters.length} largest of ${grouped(report.k)} clusters are described here; clusters.json beside this page has all.`;
    note.hidden = false;
  }
  const number = (name, title, decimals, key) => ({
    name, title, number: true, value: (c) => c[key], text: (c) => fixed(c[key], decimals),
  });
  byId('clusters-table').append(sortedTable(report.clusters, [
    {
      name: 'cluster', number: true, value: (c) => c.cluster,
      text: (c) => h('a', { href: `#cluster-${c.cluster}` }, dot(c.cluster), ' ', c.cluster),
    },
    { name: 'name', value: (c) => c.name, text: (c) => bdi(c.name) },
    { ...number('rows', 'Number of rows', 0, 'rows'), text: (c) => grouped(c.rows) },
    { name: 'share', title: 'Share of all rows', number: true, value: (c) => c.rows, text: (c) => percent(c.rows / total) },
    number('silhouette', 'Mean silhouette of its rows', 4, 'silhouette'),
    number('cohesion', 'Mean cosine between its rows and its center, high is tight', 4, 'cohesion'),
    number('distance', 'Mean distance of its rows to its center', 4, 'distance'),
  ], { caption: 'Clusters with their sizes and scores', limit: report.clusters.length > 14 }));
  byId('cards').append(...report.clusters.map(clusterCard));
}

function clusterCard(cluster) {
  const heading = `heading-${cluster.cluster}`;
  const card = h(
    'article', { class: 'card', id: `cluster-${cluster.cluster}`, 'aria-labelledby': heading, style: { '--own': clusterColor(cluster.cluster) } },
    h('h3', { id: heading }, h('span', { class: 'number' }, cluster.cluster), ' ', bdi(cluster.name)),
    h('p', { class: 'quiet' },
      `${grouped(cluster.rows)} rows (${percent(cluster.rows / report.total)})`,
      cluster.silhouette === null ? '' : `, silhouette ${fixed(cluster.silhouette, 3)}`,
      ' ', h('button', { type: 'button', class: 'link', on: { click: () => explorer.showCluster(cluster.cluster) } }, 'show its rows')));
  if (cluster.words.length > 0) {
    card.append(h('div', { class: 'pair' },
      h('div', null, h('h4', null, 'Words'), bars(cluster.words)),
      h('div', null, h('h4', null, 'Set it apart'), bars(cluster.apart))));
  }
  card.append(h('div', { class: 'pair' },
    titleList('Typical', cluster.typical), titleList('Odd', cluster.odd)));
  if (cluster.profile.length > 0) {
    const profile = h('details', { class: 'profile' }, h('summary', null, 'Other columns'),
      cluster.profile.map(profileOf));
    card.append(profile);
  }
  return card;
}

// Words with their shares, the longest bar for the greatest.
function bars(words) {
  const most = Math.max(...words.map(([, share]) => share), 1e-9);
  return h('ul', { class: 'bars' }, words.map(([word, share]) => h(
    'li', null, h('span', { class: 'name' }, bdi(word)),
    h('span', { class: 'bar', 'aria-hidden': 'true' }, h('span', { style: { width: `${(share / most) * 100}%` } })),
    h('span', { class: 'share' }, percent(share)))));
}

function titleList(name, places) {
  if (places.length === 0) return null;
  return h('div', null, h('h4', null, name), h('ul', { class: 'titles' }, places.map((row) => h(
    'li', null, titleButton(row)))));
}

// A title that leads to its relatives.
function titleButton(row) {
  return h('button', { type: 'button', class: 'link', on: { click: () => explorer.showTitle(row) } }, bdi(nameOf(row)));
}

function profileOf(entry) {
  if (entry.quartiles) {
    const range = ([low, middle, high]) => `${low} to ${high}, median ${middle}`;
    return h('div', null, h('h4', null, bdi(entry.column)),
      h('p', null, `Half of them ${range(entry.quartiles)}; of all rows ${range(entry.overall)}.`));
  }
  return h('div', null, h('h4', null, bdi(entry.column)),
    h('ul', { class: 'bars' }, entry.values.map(([name, share, overall]) => h(
      'li', { title: `${percent(share)} here, ${percent(overall)} of all rows` }, h('span', { class: 'name' }, bdi(name)),
      h('span', { class: 'bar', 'aria-hidden': 'true' },
        h('span', { style: { width: `${share * 100}%` } }),
        h('span', { class: 'overall', style: { left: `${overall * 100}%` } })),
      h('span', { class: 'share' }, percent(share))))));
}
