'use strict';

// The block of data, and numbers that were packed for it (see PackedNumbers.swift).

const report = JSON.parse(document.getElementById('data').textContent);

const digitValues = (() => {
  const values = new Uint8Array(128);
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let value = 0; value < 64; value++) values[digits.charCodeAt(value)] = value;
  return values;
})();

// Reads `count` numbers of Rice's code.
function unpack(text, count) {
  const numbers = new Float64Array(count);
  const remainderBits = digitValues[text.charCodeAt(0)];
  let place = 1;
  let window = 0;
  let left = 0;
  const take = (bits) => {
    let value = 0;
    while (bits > 0) {
      if (left === 0) {
        window = digitValues[text.charCodeAt(place++)];
        left = 6;
      }
      const some = Math.min(bits, left);
      value = value * 2 ** some + ((window >> (left - some)) & (2 ** some - 1));
      left -= some;
      bits -= some;
    }
    return value;
  };
  for (let index = 0; index < count; index++) {
    let quotient = 0;
    while (quotient < 16 && take(1) === 1) quotient++;
    numbers[index] = quotient === 16
      ? take(32) : quotient * 2 ** remainderBits + take(remainderBits);
  }
  return numbers;
}

// Numbers of either sign.
function unpackSigned(text, count) {
  return unpack(text, count).map((code) => (code % 2 ? -(code + 1) / 2 : code / 2));
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

// Where the part of each row begins, one more than there are rows.
function offsetsOf(counts) {
  const offsets = new Int32Array(counts.length + 1);
  for (let row = 0; row < counts.length; row++) offsets[row + 1] = offsets[row] + counts[row];
  return offsets;
}

// The rows of the page.
const rows = (() => {
  const names = report.rows.names;
  const count = names.length;
  const ids = new Map();
  for (let place = 0; place < report.rows.ids.length; place += 2) {
    ids.set(report.rows.ids[place], report.rows.ids[place + 1]);
  }
  const columns = report.rows.columns.map((column) => {
    if (column.numbers) return { ...column, codes: unpack(column.codes, count) };
    const offsets = offsetsOf(unpack(column.counts, count));
    return { ...column, offsets, codes: unpack(column.codes, offsets[count]) };
  });
  return {
    count, names, ids, columns,
    labels: unpack(report.rows.labels, count),
    silhouettes: report.rows.silhouettes && unpackSigned(report.rows.silhouettes, count),
    // The values of a row in a column, as texts.
    values(column, row) {
      if (column.numbers) {
        return column.codes[row] > 0 ? [String(column.numbers[column.codes[row] - 1])] : [];
      }
      const codes = column.codes.subarray(column.offsets[row], column.offsets[row + 1]);
      return Array.from(codes, (code) => column.values[code]);
    },
  };
})();

// The relatives of each row, unpacked when they are first asked for.
const relatives = (() => {
  const packed = report.relatives;
  if (!packed) return null;
  const { length, wordLimit } = packed;
  let lists = null;
  const unpackAll = () => {
    const total = rows.count * length;
    const similarities = new Int32Array(total);
    const greatest = unpackSigned(packed.greatest, rows.count);
    const falls = unpack(packed.falls, rows.count * (length - 1));
    for (let row = 0; row < rows.count; row++) {
      similarities[row * length] = greatest[row];
      for (let rank = 1; rank < length; rank++) {
        const place = row * length + rank;
        similarities[place] = similarities[place - 1] - falls[row * (length - 1) + rank - 1];
      }
    }
    lists = { rows: unpack(packed.rows, total), similarities };
    if (wordLimit === 0) return;
    lists.rowOffsets = offsetsOf(unpack(packed.rowWords, rows.count));
    const steps = unpack(packed.steps, lists.rowOffsets[rows.count]);
    lists.own = new Int32Array(steps.length);
    for (let row = 0; row < rows.count; row++) {
      let last = -1;
      for (let place = lists.rowOffsets[row]; place < lists.rowOffsets[row + 1]; place++) {
        last += steps[place] + 1;
        lists.own[place] = last;
      }
    }
    lists.offsets = offsetsOf(unpack(packed.counts, total));
    lists.places = unpack(packed.places, lists.offsets[total]);
  };
  return {
    length, wordLimit,
    // The relatives of a row: rank, row (−1 when it is not in the page), similarity, shared words.
    of(row) {
      if (!lists) unpackAll();
      return Array.from({ length }, (_, rank) => {
        const place = row * length + rank;
        const words = wordLimit === 0 ? [] : Array.from(
          lists.places.subarray(lists.offsets[place], lists.offsets[place + 1]),
          (own) => packed.words[lists.own[lists.rowOffsets[row] + own]]);
        return {
          rank: rank + 1, row: lists.rows[place] - 1,
          similarity: lists.similarities[place] / 10000, words,
        };
      });
    },
  };
})();

// The described clusters by their label.
const clusterOf = new Map(report.clusters.map((cluster) => [cluster.cluster, cluster]));

function clusterName(label) {
  const cluster = clusterOf.get(label);
  return cluster ? cluster.name : `Cluster ${label}`;
}
