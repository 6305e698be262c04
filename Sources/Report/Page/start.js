'use strict';

// Puts the page together.

function showSummary() {
  const best = report.sweep.runs[report.best];
  document.title = `${report.input}: ${report.k} clusters`;
  byId('headline').replaceChildren(
    bdi(report.input), `: ${grouped(report.total)} ${report.hasTitles ? 'titles' : 'rows'} in ${report.k} ${report.k === 1 ? 'cluster' : 'clusters'}`);
  const silhouette = typeof best.silhouette === 'number' ? `, mean silhouette ${fixed(best.silhouette, 4)}` : '';
  byId('lead').textContent = `Texts that use the same words are put into one cluster. ${report.sweep.runs.length > 1 ? `Of ${report.sweep.runs.length} clusterings the one with k = ${report.k} was chosen (${report.algorithm}${silhouette}): ${report.sweep.best.reason}.` : `One clustering was made, with k = ${report.k} (${report.algorithm}${silhouette}).`}`;
  if (report.total > 0 && !report.hasTitles && !report.relatives) byId('lead').textContent = byId('lead').textContent.replace('Texts that use the same words', 'Rows that are near each other');
  if (report.notes.length > 0) {
    byId('notes').append(...report.notes.map((note) => h('li', null, note)));
    byId('notes').hidden = false;
  }
}

function showContents() {
  for (const section of document.querySelectorAll('section[data-nav]')) {
    byId('contents').append(h('li', null, h('a', { href: `#${section.id}` }, section.getAttribute('data-nav'))));
  }
}

// Light or dark as the system says, until the button is used.
function startScheme() {
  const root = document.documentElement;
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.hasAttribute('data-scheme') ? root.getAttribute('data-scheme') === 'dark' : system.matches);
  const button = byId('scheme');
  const label = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    map.paint();
  };
  button.addEventListener('click', () => {
    root.setAttribute('data-scheme', isDark() ? 'light' : 'dark');
    label();
  });
  system.addEventListener('change', label);
  label();
}

// On paper, nothing stays folded or dark.
function startPrinting() {
  const root = document.documentElement;
  let [folded, scheme] = [[], null];
  window.addEventListener('beforeprint', () => {
    scheme = root.getAttribute('data-scheme');
    root.setAttribute('data-scheme', 'light');
    folded = [...document.querySelectorAll('details:not([open]):not(#browse)')];
    for (const details of folded) details.open = true;
    map.paint();
  });
  window.addEventListener('afterprint', () => {
    for (const details of folded) details.open = false;
    if (scheme) root.setAttribute('data-scheme', scheme);
    else root.removeAttribute('data-scheme');
    map.paint();
  });
}

showSummary();
showChoice();
showClusters();
map.start();
explorer.start();
showSilhouettes();
showSimilarity();
tree.start();
showHeldOut();
showTruth();
showMade();
showContents();
startScheme();
startPrinting();
// Unpacked while nobody waits.
if (relatives) setTimeout(() => relatives.of(0), 100);
