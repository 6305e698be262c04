'use strict';

// Elements, numbers and tables. Whatever comes from the catalogue becomes text here, never markup.

function fill(element, properties, children) {
  for (const [key, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === 'on') {
      for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
    } else if (key === 'style') {
      for (const [name, text] of Object.entries(value)) element.style.setProperty(name, text);
    } else {
      element.setAttribute(key, value === true ? '' : String(value));
    }
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

function h(name, properties, ...children) {
  return fill(document.createElement(name), properties, children);
}

function svg(name, properties, ...children) {
  return fill(
    document.createElementNS('http://www.w3.org/2000/svg', name), properties, children);
}

function byId(id) {
  return document.getElementById(id);
}

// A text of the catalogue, kept from turning what stands around it.
function bdi(text) {
  return h('bdi', null, text);
}

// Colors that take turns, as variables of the page.
function colorOf(index) {
  return `var(--c${index % 6})`;
}

// The color of a cluster, which is the same in all figures of the run.
function clusterColor(label) {
  return colorOf(report.colors[label]);
}

function dot(label) {
  return h('span', { class: 'dot', style: { 'background-color': clusterColor(label) }, 'aria-hidden': 'true' });
}

// Digits as `NumberText.fixed` writes them: half away from zero, never −0.
function fixed(value, decimals) {
  if (value === null || value === undefined) return '–';
  const scaled = Math.floor(Math.abs(value) * 10 ** decimals + 0.5);
  const digits = String(scaled).padStart(decimals + 1, '0');
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return (value < 0 && scaled > 0 ? '−' : '') + text;
}

function grouped(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

function percent(share) {
  return `${fixed(share * 100, 1)} %`;
}

// A table whose columns sort. Columns: { name, title, text(item), value(item), number }.
function sortedTable(items, columns, { caption, rowClass, limit } = {}) {
  let order = { column: -1, ascending: true };
  const body = h('tbody');
  const buttons = columns.map((column, index) => h(
    'button', {
      type: 'button', class: 'sort', title: column.title,
      on: { click: () => sortBy(index) },
    }, column.name, h('span', { class: 'arrow', 'aria-hidden': 'true' })));
  const heads = columns.map((column, index) => h(
    'th', { scope: 'col', class: column.number ? 'number' : null }, buttons[index]));
  const draw = () => {
    const shown = items.slice();
    if (order.column >= 0) {
      const { value } = columns[order.column];
      const sign = order.ascending ? 1 : -1;
      shown.sort((left, right) => {
        const [a, b] = [value(left), value(right)];
        // What has no value stays at the end.
        if (a === null || b === null) return (a === null) - (b === null);
        return a < b ? -sign : a > b ? sign : 0;
      });
    }
    body.replaceChildren(...shown.map((item) => h(
      'tr', { class: rowClass && rowClass(item) },
      columns.map((column) => h('td', { class: column.number ? 'number' : null }, column.text(item))))));
    heads.forEach((head, index) => {
      const isChosen = index === order.column;
      if (isChosen) head.setAttribute('aria-sort', order.ascending ? 'ascending' : 'descending');
      else head.removeAttribute('aria-sort');
      head.querySelector('.arrow').textContent = isChosen ? (order.ascending ? '▲' : '▼') : '';
    });
  };
  const sortBy = (index) => {
    // Numbers begin with the greatest, texts with the first.
    order = {
      column: index,
      ascending: order.column === index ? !order.ascending : !columns[index].number,
    };
    draw();
  };
  draw();
  return h(
    'div', { class: limit ? 'wide tall' : 'wide', tabindex: '0', role: 'region', 'aria-label': caption },
    h('table', null, h('caption', { class: 'hidden' }, caption), h('thead', null, h('tr', null, heads)), body));
}

// A section that the run has nothing for.
function removeSection(id) {
  byId(id).remove();
}

// Draws for the width of a container, and again whenever that has changed.
function drawForWidth(container, draw) {
  let last = 0;
  const redraw = () => {
    const width = Math.max(260, Math.min(container.clientWidth, 960));
    if (container.clientWidth === 0 || Math.abs(width - last) < 4) return;
    last = width;
    container.replaceChildren(draw(width));
  };
  redraw();
  new ResizeObserver(redraw).observe(container);
}

const ruler = document.createElement('canvas').getContext('2d');

// A text cut to a width in pixels, in the letters of figures.
function fitted(text, width) {
  ruler.font = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  if (text.length < 200 && ruler.measureText(text).width <= width) return text;
  const letters = Array.from(text);
  let [least, most] = [0, Math.min(letters.length, 200)];
  while (least < most) {
    const middle = (least + most + 1) >> 1;
    if (ruler.measureText(`${letters.slice(0, middle).join('')}…`).width <= width) least = middle;
    else most = middle - 1;
  }
  return `${letters.slice(0, least).join('').replace(/[\s,]+$/, '')}…`;
}

const tip = {
  show(content, x, y) {
    const element = byId('tip');
    element.replaceChildren(...[content].flat(Infinity));
    element.hidden = false;
    const { width, height } = element.getBoundingClientRect();
    const left = Math.max(4, Math.min(x + 14, document.documentElement.clientWidth - width - 4));
    const top = y + 18 + height > window.innerHeight ? y - height - 10 : y + 18;
    element.style.setProperty('left', `${left}px`);
    element.style.setProperty('top', `${Math.max(4, top)}px`);
  },
  hide() {
    byId('tip').hidden = true;
  },
};
