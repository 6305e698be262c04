'use strict';

// All rows on a plane, drawn on a canvas.

const map = {
  view: { scale: 1, x: 0, y: 0 },
  marked: null,
  only: null,
  byGroup: false,

  start() {
    if (!report.map) {
      removeSection('map');
      return;
    }
    this.x = unpack(report.map.x, rows.count);
    this.y = unpack(report.map.y, rows.count);
    const canvas = h('canvas', {
      tabindex: '0', role: 'img', 'aria-label': 'Map of all rows; arrows move, plus and minus zoom, 0 shows all',
      on: {
        pointermove: (event) => this.move(event), pointerleave: () => tip.hide(),
        pointerdown: (event) => this.press(event), pointerup: (event) => this.release(event),
        pointercancel: () => { this.pointers.clear(); },
        wheel: (event) => this.wheel(event), keydown: (event) => this.key(event),
        dblclick: (event) => this.zoom(2, event.offsetX, event.offsetY),
      },
    });
    this.canvas = canvas;
    this.pointers = new Map();
    byId('map-frame').append(canvas);
    const button = (text, label, act) => h('button', { type: 'button', 'aria-label': label, on: { click: act } }, text);
    byId('map-tools').append(
      button('+', 'Zoom in', () => this.zoom(1.6)), button('−', 'Zoom out', () => this.zoom(1 / 1.6)),
      button('All', 'Show the whole map', () => this.reset()));
    if (report.tree && report.tree.isOfCenters) {
      const box = h('input', { type: 'checkbox', on: { change: () => { this.byGroup = box.checked; this.paint(); } } });
      byId('map-tools').append(h('label', null, box, ' colors of the tree’s groups'));
    }
    byId('map-hint').textContent = 'Drag to move, Ctrl and the wheel or two fingers to zoom; or the arrow, plus and minus keys. A click on a point shows its relatives and filters the list to its cluster.';
    window.addEventListener('resize', () => this.paint());
    this.paint();
  },

  highlight(label) {
    this.only = label;
    this.paint();
  },

  mark(row) {
    this.marked = { row, relatives: relatives ? relatives.of(row).map((one) => one.row).filter((one) => one >= 0) : [] };
    this.paint();
  },

  // Pixels of a point in the map's own unit.
  place(x, y) {
    const { width, height } = this.size;
    const unit = Math.min(width - 24, height - 24) / report.map.side;
    return [
      ((x - report.map.side / 2) * unit) * this.view.scale + width / 2 + this.view.x,
      ((y - report.map.side / 2) * unit) * this.view.scale + height / 2 + this.view.y];
  },

  paint() {
    if (!this.canvas) return;
    const frame = this.canvas.parentElement;
    const width = Math.max(260, frame.clientWidth);
    const height = Math.round(Math.min(640, Math.max(300, width * 0.7)));
    const ratio = window.devicePixelRatio || 1;
    this.size = { width, height };
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.canvas.style.setProperty('height', `${height}px`);
    const context = this.canvas.getContext('2d');
    context.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(`--${name}`).trim();
    const colors = [0, 1, 2, 3, 4, 5].map((i) => color(`c${i}`));
    const radius = Math.max(1.6, Math.min(5, (rows.count > 3000 ? 2 : 3) * Math.sqrt(this.view.scale)));
    const colorIndex = (label) => (this.byGroup ? (tree.groupOfCluster?.get(label) ?? 0) % 6 : report.colors[label]);
    for (let turn = 0; turn < 2; turn++) {
      for (let row = 0; row < rows.count; row++) {
        const isFaint = this.only !== null && rows.labels[row] !== this.only;
        // What is dimmed lies below.
        if (isFaint !== (turn === 0)) continue;
        const [x, y] = this.place(this.x[row], this.y[row]);
        if (x < -5 || y < -5 || x > width + 5 || y > height + 5) continue;
        context.globalAlpha = isFaint ? 0.12 : 0.7;
        context.fillStyle = colors[colorIndex(rows.labels[row])];
        context.beginPath();
        context.arc(x, y, radius, 0, 7);
        context.fill();
      }
    }
    context.globalAlpha = 1;
    this.paintMarks(context, color);
    this.paintNames(context, color);
  },

  paintMarks(context, color) {
    if (!this.marked) return;
    const [x0, y0] = this.place(this.x[this.marked.row], this.y[this.marked.row]);
    context.strokeStyle = color('ink');
    for (const row of this.marked.relatives) {
      const [x, y] = this.place(this.x[row], this.y[row]);
      context.globalAlpha = 0.5;
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x, y);
      context.stroke();
      context.globalAlpha = 1;
      context.beginPath();
      context.arc(x, y, 5, 0, 7);
      context.stroke();
    }
    context.lineWidth = 2.5;
    context.beginPath();
    context.arc(x0, y0, 8, 0, 7);
    context.stroke();
    context.lineWidth = 1;
  },

  // The names of the largest clusters, where they do not cover each other.
  paintNames(context, color) {
    context.font = '12px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    const taken = [];
    const order = report.map.centers.filter((center) => clusterOf.has(center[0]))
      .sort((a, b) => clusterOf.get(b[0]).rows - clusterOf.get(a[0]).rows);
    for (const [label, cx, cy] of order) {
      if (this.only !== null && label !== this.only) continue;
      const words = clusterName(label).split(', ').slice(0, this.size.width < 500 ? 1 : 2).join(', ');
      const text = fitted(`${label} ${words}`, 170);
      const width = context.measureText(text).width;
      const [px, py] = this.place(cx, cy);
      if (px < 0 || py < 0 || px > this.size.width || py > this.size.height) continue;
      const x = Math.max(width / 2 + 4, Math.min(this.size.width - width / 2 - 4, px));
      const y = Math.max(10, Math.min(this.size.height - 10, py));
      const box = [x - width / 2 - 3, y - 9, x + width / 2 + 3, y + 9];
      if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
      taken.push(box);
      context.strokeStyle = color('page');
      context.lineWidth = 4;
      context.strokeText(text, x, y);
      context.lineWidth = 1;
      context.fillStyle = color('ink');
      context.fillText(text, x, y);
    }
  },

  nearest(px, py, reach) {
    let [best, least] = [-1, reach * reach];
    for (let row = 0; row < rows.count; row++) {
      if (this.only !== null && rows.labels[row] !== this.only) continue;
      const [x, y] = this.place(this.x[row], this.y[row]);
      const distance = (x - px) ** 2 + (y - py) ** 2;
      if (distance < least) [best, least] = [row, distance];
    }
    return best;
  },

  zoom(factor, x = this.size.width / 2, y = this.size.height / 2) {
    const scale = Math.max(1, Math.min(60, this.view.scale * factor));
    const real = scale / this.view.scale;
    const [dx, dy] = [x - this.size.width / 2, y - this.size.height / 2];
    this.view = { scale, x: dx - (dx - this.view.x) * real, y: dy - (dy - this.view.y) * real };
    if (scale === 1) this.view = { scale, x: 0, y: 0 };
    this.paint();
  },

  reset() {
    this.view = { scale: 1, x: 0, y: 0 };
    this.paint();
  },

  pan(dx, dy) {
    this.view.x += dx;
    this.view.y += dy;
    this.paint();
  },

  wheel(event) {
    // Without the key the page scrolls on.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 300), event.offsetX, event.offsetY);
  },

  key(event) {
    const steps = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
    if (event.key in steps) this.pan(...steps[event.key]);
    else if (event.key === '+' || event.key === '=') this.zoom(1.4);
    else if (event.key === '-') this.zoom(1 / 1.4);
    else if (event.key === '0') this.reset();
    else return;
    event.preventDefault();
  },

  press(event) {
    this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.travelled = 0;
  },

  move(event) {
    if (!this.pointers.has(event.pointerId)) {
      const row = this.nearest(event.offsetX, event.offsetY, 14);
      if (row < 0) return tip.hide();
      const label = rows.labels[row];
      return tip.show([h('b', null, bdi(nameOf(row))), h('br'), dot(label), ` ${label} `, bdi(clusterName(label))], event.clientX, event.clientY);
    }
    const before = this.pointers.get(event.pointerId);
    const now = [event.offsetX, event.offsetY];
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    this.pointers.set(event.pointerId, now);
    this.travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (others.length > 0) {
      const spread = (at) => Math.hypot(at[0] - others[0][0], at[1] - others[0][1]) || 1;
      this.zoom(spread(now) / spread(before), (now[0] + others[0][0]) / 2, (now[1] + others[0][1]) / 2);
    } else if (event.pointerType === 'mouse' || this.view.scale > 1) {
      if (this.travelled > 4) this.canvas.setPointerCapture(event.pointerId);
      this.pan(now[0] - before[0], now[1] - before[1]);
    }
  },

  release(event) {
    const wasSingle = this.pointers.size === 1;
    this.pointers.delete(event.pointerId);
    if (!wasSingle || this.travelled > 4) return;
    const row = this.nearest(event.offsetX, event.offsetY, 18);
    if (row < 0) return explorer.setCluster(null);
    tip.hide();
    explorer.setCluster(rows.labels[row]);
    byId('browse').open = true;
    explorer.showTitle(row);
  },
};
