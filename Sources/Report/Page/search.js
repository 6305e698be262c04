'use strict';

// Finds titles as they are typed: case and accents do not count, and some letters may be wrong.

const barred = { ø: 'o', đ: 'd', ħ: 'h', ł: 'l', ŧ: 't', ƒ: 'f', ɨ: 'i', ʉ: 'u', '’': "'", '‘': "'" };

function fold(text) {
  return text.normalize('NFD').replace(/[\p{Mn}\p{Me}\p{Cf}]/gu, '').toLowerCase()
    .replace(/[øđħłŧƒɨʉ’‘]/g, (letter) => barred[letter]).replace(/\s+/gu, ' ').trim();
}

const titles = {
  folded: null,

  all() {
    if (!this.folded) this.folded = rows.names.map(fold);
    return this.folded;
  },

  // The rows whose titles are most like what was typed, best first.
  find(query, limit) {
    const wanted = fold(query);
    if (wanted === '') return [];
    const words = wanted.split(' ');
    const scores = [];
    this.all().forEach((title, row) => {
      const rank = titles.rank(title, wanted, words);
      if (rank < 9) scores.push([rank, title.length, row]);
    });
    if (scores.length < limit && wanted.length >= 3) {
      const found = new Set(scores.map(([, , row]) => row));
      const search = new FuzzySearch(wanted.slice(0, 31));
      // One wrong letter in four, so that short words do not find everything.
      const allowed = Math.min(6, Math.floor(wanted.length / 4) + (wanted.length === 3 ? 1 : 0));
      this.all().forEach((title, row) => {
        if (found.has(row)) return;
        const errors = search.errors(title);
        if (errors <= allowed) scores.push([10 + errors, title.length, row]);
      });
    }
    scores.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    return scores.slice(0, limit).map(([, , row]) => row);
  },

  rank(title, wanted, words) {
    if (title === wanted) return 0;
    if (title.startsWith(wanted)) return 1;
    const place = title.indexOf(wanted);
    if (place > 0) return title[place - 1] === ' ' ? 2 : 3;
    return words.length > 1 && words.every((word) => title.includes(word)) ? 4 : 9;
  },
};

// The least number of edits between a short text and any part of a long one, a machine word of the short
// text at a time (Myers, 1999, DOI 10.1145/316542.316550).
class FuzzySearch {
  constructor(pattern) {
    this.length = pattern.length;
    this.masks = new Map();
    for (let place = 0; place < pattern.length; place++) {
      const letter = pattern.charCodeAt(place);
      this.masks.set(letter, (this.masks.get(letter) || 0) | (1 << place));
    }
  }

  errors(text) {
    const top = 1 << (this.length - 1);
    let [plus, minus, score] = [-1, 0, this.length];
    let least = score;
    for (let place = 0; place < text.length; place++) {
      const equal = this.masks.get(text.charCodeAt(place)) || 0;
      const vertical = equal | minus;
      const horizontal = (((equal & plus) + plus) ^ plus) | equal;
      let up = minus | ~(horizontal | plus);
      let down = plus & horizontal;
      if (up & top) score++;
      else if (down & top) score--;
      up <<= 1;
      down <<= 1;
      plus = down | ~(vertical | up);
      minus = up & vertical;
      if (score < least) least = score;
    }
    return least;
  }
}

// What a row is called; a blank title gives way to its place.
function nameOf(row) {
  const name = rows.names[row];
  return name.trim() === '' ? '(no title)' : name;
}
