'use strict';

// A tree, cut into as many groups as the slider says.

const tree = {
  groups: new Map(),

  start() {
    if (!report.tree) return removeSection('tree');
    const { nodes, isOfCenters } = report.tree;
    byId('tree-how').textContent = isOfCenters
      ? 'This is a tree of the centers of the clusters, not of the rows: the two centers whose merging adds least to the inertia join first, on the right, until all are one. The slider cuts the tree into groups of clusters. A color here is a group, not a cluster; the map can take these colors.'
      : 'This is the top of the tree of all rows: its leaves are groups of rows, and the two that are nearest by the linkage join first, on the right, until all are one. The slider cuts the tree; each color is a group.';
    const leafCount = nodes.filter((node) => !node.children).length;
    const slider = byId('cut');
    slider.max = String(leafCount);
    slider.value = String(Math.min(leafCount, Math.max(2, isOfCenters ? Math.min(6, leafCount - 1) : report.k)));
    slider.addEventListener('input', () => this.cut(Number(slider.value)));
    drawForWidth(byId('dendrogram'), (width) => this.draw(width));
    this.cut(Number(slider.value));
  },

  // Splits the last merge again and again.
  cut(count) {
    const { nodes, isOfCenters } = report.tree;
    this.count = count;
    let tops = [nodes.length - 1];
    while (tops.length < count) {
      const last = Math.max(...tops.filter((place) => nodes[place].children));
      if (!(last >= 0)) break;
      tops = tops.flatMap((place) => (place === last ? nodes[place].children : [place]));
    }
    this.groups = new Map();
    this.groupOfCluster = new Map();
    tops.forEach((top, group) => {
      const pending = [top];
      while (pending.length > 0) {
        const place = pending.pop();
        this.groups.set(place, group);
        const node = nodes[place];
        if (node.children) pending.push(...node.children);
        else if (isOfCenters) this.groupOfCluster.set(node.cluster, group);
      }
    });
    byId('cut-count').textContent = `${tops.length} ${tops.length === 1 ? 'group' : 'groups'}`;
    this.paint();
    map.paint();
  },

  draw(width) {
    const { nodes, heightLabel, isOfCenters } = report.tree;
    const leaves = [];
    const pending = [nodes.length - 1];
    while (pending.length > 0) {
      const place = pending.pop();
      if (nodes[place].children) pending.push(...nodes[place].children.slice().reverse());
      else leaves.push(place);
    }
    const line = 20;
    const labelWidth = Math.min(320, Math.max(120, width * 0.42));
    const heights = nodes.filter((node) => node.children).map((node) => node.height);
    const most = Math.max(...heights, 1e-9);
    // What lies below the lowest merge holds nothing to see.
    const least = Math.max(0, Math.min(...heights) - 0.12 * (most - Math.min(...heights)));
    const xOf = (height) => 14 + ((most - Math.max(least, height)) / (most - least || 1)) * (width - labelWidth - 28);
    const height = leaves.length * line + 46;
    const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', class: 'chart', 'aria-label': `Tree, ${heightLabel}` });
    const y = new Float64Array(nodes.length);
    leaves.forEach((place, index) => { y[place] = index * line + 12; });
    const shown = ticks(least, most, width < 520 ? 3 : 6);
    for (const tick of shown) {
      root.append(
        svg('line', { x1: xOf(tick), x2: xOf(tick), y1: 0, y2: leaves.length * line + 4, class: 'grid' }),
        svg('text', { x: xOf(tick), y: leaves.length * line + 20, class: 'tick middle' }, tickText(tick, shown)));
    }
    root.append(svg('text', { x: 14, y: height - 6, class: 'label' }, heightLabel));
    this.branches = [];
    nodes.forEach((node, place) => {
      if (!node.children) {
        const label = isOfCenters ? `${node.cluster} ${node.label}` : node.label;
        const rowCount = ` (${grouped(node.rows)})`;
        const text = svg('text', { x: width - labelWidth, y: y[place] + 4, class: 'label' },
          fitted(label, labelWidth - 8 - ruler.measureText(rowCount).width) + rowCount, svg('title', null, label + rowCount));
        root.append(text);
        this.branches.push([place, text, 'fill']);
        return;
      }
      const [upper, lower] = node.children;
      y[place] = (y[upper] + y[lower]) / 2;
      for (const child of node.children) {
        const path = svg('path', { d: `M${xOf(node.height)} ${y[place]}V${y[child]}H${xOf(nodes[child].height)}`, class: 'branch' });
        root.append(path);
        this.branches.push([child, path, 'stroke']);
      }
    });
    this.cutLine = svg('line', { y1: 0, y2: leaves.length * line + 4, class: 'mean' });
    root.append(this.cutLine);
    this.xOf = xOf;
    this.paint();
    return root;
  },

  paint() {
    if (!this.branches || this.count === undefined) return;
    const { nodes } = report.tree;
    for (const [place, element, property] of this.branches) {
      const group = this.groups.get(place);
      element.style.setProperty(property, group === undefined ? 'var(--quiet)' : colorOf(group));
    }
    // Between the lowest merge above the cut and the highest below it.
    const merges = nodes.map((node, place) => ({ ...node, place })).filter((node) => node.children);
    const above = merges.filter((node) => !this.groups.has(node.place)).map((node) => node.height);
    const below = merges.filter((node) => this.groups.has(node.place)).map((node) => node.height);
    const isCut = above.length > 0;
    this.cutLine.style.setProperty('display', isCut ? '' : 'none');
    if (isCut) {
      const x = this.xOf((Math.min(...above) + Math.max(0, ...below)) / 2);
      this.cutLine.setAttribute('x1', x);
      this.cutLine.setAttribute('x2', x);
    }
  },
};
