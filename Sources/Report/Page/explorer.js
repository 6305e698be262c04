'use strict';

// A title, its cluster and its relatives; and all rows, filtered.

const explorer = {
  pageSize: 40,
  shown: 40,
  cluster: null,
  filters: [],
  path: [],
  active: -1,
  hits: [],

  start() {
    const noun = report.hasTitles ? 'title' : 'identifier';
    byId('query-label').textContent = report.hasTitles ? 'Title' : 'Identifier';
    byId('find-how').textContent = relatives
      ? `Type a ${noun}; case and accents do not matter, and a letter may be wrong. Its relatives are the rows that are most like it, by their words${report.run.options.lsa && report.run.options.lsa !== 'none' ? ' and by what they are about' : ''}, with the words that both have: the same that kindred recommend prints. A relative leads on to its own.`
      : `Type a ${noun} to see its cluster. This run was made from a matrix, which has no words to find relatives by.`;
    if (report.shown < report.total) {
      const note = byId('left-out');
      note.textContent = `This page holds ${grouped(report.shown)} of ${grouped(report.total)} rows: typical and odd ones of every cluster, and others at even distances. ${grouped(report.total - report.shown)} are left out; kindred recommend and labels.csv know them all.`;
      note.hidden = false;
    }
    const query = byId('query');
    // A typical title rather than the first, which may be any sign.
    const typical = report.clusters.flatMap((cluster) => cluster.typical);
    query.placeholder = `${nameOf(typical[0] ?? 0).slice(0, 40)} …`;
    query.addEventListener('input', () => this.search());
    query.addEventListener('keydown', (event) => this.key(event));
    query.addEventListener('blur', () => setTimeout(() => this.close(), 150));
    query.addEventListener('focus', () => this.search());
    this.makeFilters();
    byId('browse').addEventListener('toggle', () => this.list());
    byId('more').addEventListener('click', () => {
      this.shown += this.pageSize;
      this.list();
    });
  },

  search() {
    this.hits = titles.find(byId('query').value, 12);
    this.active = -1;
    byId('hits').replaceChildren(...this.hits.map((row, place) => h(
      'li', {
        role: 'option', id: `hit-${place}`, 'aria-selected': 'false',
        on: {
          // Before the field loses the focus and closes the list.
          pointerdown: (event) => { event.preventDefault(); this.choose(place); },
        },
      }, dot(rows.labels[row]), ' ', bdi(nameOf(row)), this.idOf(row))));
    const isOpen = this.hits.length > 0;
    byId('hits').hidden = !isOpen;
    byId('query').setAttribute('aria-expanded', String(isOpen));
    byId('query').removeAttribute('aria-activedescendant');
    if (!isOpen && fold(byId('query').value) !== '') {
      byId('hits').replaceChildren(h('li', { class: 'quiet' }, 'nothing like it in this page'));
      byId('hits').hidden = false;
    }
  },

  close() {
    byId('hits').hidden = true;
    byId('query').setAttribute('aria-expanded', 'false');
  },

  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && this.hits.length > 0) {
      event.preventDefault();
      const count = this.hits.length;
      this.active = (this.active + steps[event.key] + count + (this.active < 0 && steps[event.key] < 0 ? 1 : 0)) % count;
      [...byId('hits').children].forEach((hit, place) => hit.setAttribute('aria-selected', String(place === this.active)));
      byId('query').setAttribute('aria-activedescendant', `hit-${this.active}`);
      byId('hits').children[this.active].scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter' && this.hits.length > 0) {
      event.preventDefault();
      this.choose(Math.max(0, this.active));
    } else if (event.key === 'Escape') {
      this.close();
    }
  },

  choose(place) {
    const row = this.hits[place];
    byId('query').value = rows.names[row];
    this.close();
    this.path = [];
    this.showTitle(row, { stays: true });
  },

  // Rows of one title differ by their identifiers.
  idOf(row) {
    return rows.ids.has(row) ? h('span', { class: 'quiet' }, ' (id ', bdi(rows.ids.get(row)), ')') : null;
  },

  facts(row) {
    return rows.columns.map((column) => rows.values(column, row).join(', ')).filter((text) => text !== '');
  },

  clusterLink(label) {
    return h('button', { type: 'button', class: 'chip', on: { click: () => this.showCluster(label) } },
      dot(label), ' ', String(label), ' ', bdi(clusterName(label)));
  },

  showTitle(row, { stays = false } = {}) {
    if (this.path[this.path.length - 1] !== row) this.path.push(row);
    const label = rows.labels[row];
    const box = byId('favorite');
    const silhouette = rows.silhouettes ? `, silhouette ${fixed(rows.silhouettes[row] / 1000, 3)}` : '';
    box.replaceChildren(
      this.trail(),
      h('h3', null, bdi(nameOf(row)), this.idOf(row)),
      h('p', null, 'In cluster ', this.clusterLink(label), silhouette, '. ',
        h('span', { class: 'quiet' }, this.facts(row).map((text, i) => [i ? ' · ' : '', bdi(text)]))),
      this.relativesOf(row));
    map.mark(row);
    if (!stays) byId('find').scrollIntoView({ block: 'start' });
  },

  trail() {
    if (this.path.length < 2) return '';
    return h('p', { class: 'trail quiet' }, 'Came by: ', this.path.slice(-6, -1).map((row) => [
      h('button', {
        type: 'button', class: 'link',
        on: { click: () => { this.path.length = this.path.indexOf(row); this.showTitle(row); } },
      }, bdi(nameOf(row))), ' › ']));
  },

  relativesOf(row) {
    if (!relatives) return '';
    const found = relatives.of(row);
    const here = found.filter((relative) => relative.row >= 0);
    const missing = found.length - here.length;
    return h('div', null,
      h('h4', null, `Its ${found.length === here.length ? found.length : `${here.length} of ${found.length}`} nearest relatives`),
      h('ol', { class: 'relatives' }, here.map((relative) => h(
        'li', { value: relative.rank },
        h('div', null, h('span', { class: 'rank' }, `${relative.rank}.`), h('span', { class: 'who' },
          h('button', { type: 'button', class: 'link', on: { click: () => this.showTitle(relative.row) } }, bdi(nameOf(relative.row))),
          this.idOf(relative.row),
          h('span', { class: 'quiet' }, ' ', dot(rows.labels[relative.row]), ` ${rows.labels[relative.row]}${rows.labels[relative.row] === rows.labels[row] ? ', same cluster' : ''}`),
          relative.words.length > 0 ? h('span', { class: 'shared' }, 'both: ', relative.words.map((word, i) => [i ? ', ' : '', bdi(word)])) : null),
        h('span', { class: 'similarity', title: 'similarity, at most 1' }, fixed(relative.similarity, 4)))))),
      missing > 0 ? h('p', { class: 'quiet' }, `${missing} of its relatives are not in this page; kindred recommend tells them.`) : null,
      relatives.wordLimit < 5
        ? h('p', { class: 'quiet' }, relatives.wordLimit === 0
          ? 'The words they share are left out, to keep this page small; kindred recommend tells them.'
          : `At most ${relatives.wordLimit} shared words are told here; kindred recommend tells all.`) : null);
  },

  makeFilters() {
    const labels = [...new Set(rows.labels)].sort((a, b) => a - b);
    const cluster = h('select', { on: { change: () => this.setCluster(cluster.value === '' ? null : Number(cluster.value)) } },
      h('option', { value: '' }, 'all'),
      labels.map((label) => h('option', { value: label }, `${label} ${clusterName(label)}`)));
    this.clusterSelect = cluster;
    const parts = [h('label', null, 'cluster ', cluster)];
    for (const column of rows.columns) {
      if (column.numbers) {
        const [least, greatest] = [column.numbers[0], column.numbers[column.numbers.length - 1]];
        const box = (name, value) => h('input', {
          type: 'number', step: 'any', placeholder: value, 'aria-label': `${column.name}, ${name}`, on: { input: () => this.refilter() },
        });
        const [low, high] = [box('from', least), box('to', greatest)];
        parts.push(h('span', { class: 'range' }, bdi(column.name), ' ', low, ' to ', high));
        this.filters.push((row) => {
          if (low.value === '' && high.value === '') return true;
          if (column.codes[row] === 0) return false;
          const number = column.numbers[column.codes[row] - 1];
          return (low.value === '' || number >= Number(low.value)) && (high.value === '' || number <= Number(high.value));
        });
      } else {
        const names = column.values.map((_, code) => code)
          .sort((a, b) => (column.values[a] < column.values[b] ? -1 : column.values[a] > column.values[b] ? 1 : 0));
        const select = h('select', { on: { change: () => this.refilter() } }, h('option', { value: '' }, 'all'),
          names.map((code) => h('option', { value: code }, column.values[code])));
        parts.push(h('label', null, bdi(column.name), ' ', select));
        this.filters.push((row) => {
          if (select.value === '') return true;
          const code = Number(select.value);
          for (let place = column.offsets[row]; place < column.offsets[row + 1]; place++) {
            if (column.codes[place] === code) return true;
          }
          return false;
        });
      }
    }
    byId('filters').append(...parts);
  },

  refilter() {
    this.shown = this.pageSize;
    this.list();
  },

  setCluster(label) {
    this.cluster = label;
    this.clusterSelect.value = label === null ? '' : String(label);
    map.highlight(label);
    this.refilter();
  },

  showCluster(label) {
    byId('browse').open = true;
    this.setCluster(label);
    byId('browse').scrollIntoView({ block: 'start' });
  },

  list() {
    if (!byId('browse').open) return;
    const found = [];
    for (let row = 0; row < rows.count; row++) {
      if (this.cluster !== null && rows.labels[row] !== this.cluster) continue;
      if (this.filters.every((filter) => filter(row))) found.push(row);
    }
    byId('count').textContent = `${grouped(found.length)} of ${grouped(rows.count)} rows`;
    byId('list').replaceChildren(...found.slice(0, this.shown).map((row) => h(
      'li', null, dot(rows.labels[row]), ' ', titleButton(row), this.idOf(row),
      h('span', { class: 'quiet' }, ' ', this.facts(row).map((text, i) => [i ? ' · ' : '', bdi(text)])))));
    byId('more').hidden = found.length <= this.shown;
  },
};
