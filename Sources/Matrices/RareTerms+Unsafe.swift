internal import CKernels

/// The cluster sums of terms that few rows have, cell by cell instead of a lane for every cluster.
///
/// A term that five rows have is met by at most five clusters, so its cells are fewer than the registers
/// that a lane for each of 300 centers fills. The panel keeps the frequent terms alone and stays small
/// enough for the caches.
final class RareTerms: @unchecked Sendable {
  /// The number of frequent terms, which come first and are not kept here.
  let head: Int
  /// Where each rare term's cells begin, one more than there are rare terms.
  private(set) var offsets: Buffer<Int64>
  /// The number of cells of each rare term.
  let counts: Buffer<Int32>
  /// The cluster of each cell.
  private(set) var lanes: Buffer<Int32>
  /// The sum of each cell.
  private(set) var sums: Buffer<Float>

  /// The number of rare terms.
  var count: Int { counts.count }

  /// Makes room for as many cells as a term has rows, none of them in use.
  init(head: Int, postingOffsets: Buffer<Int64>) {
    self.head = head
    let start = postingOffsets[head]
    offsets = Buffer(unwritten: postingOffsets.count - head)
    for index in 0..<offsets.count { offsets[index] = postingOffsets[head + index] - start }
    counts = Buffer(count: offsets.count - 1, repeating: 0)
    lanes = Buffer(unwritten: Int(offsets[counts.count]))
    sums = Buffer(unwritten: Int(offsets[counts.count]))
  }

  /// The number of frequent terms, those whose lanes cost less than their cells would.
  ///
  /// A cell costs about as much as half a register of 16 lanes.
  static func head(postingOffsets: Buffer<Int64>, stride: Int) -> Int {
    head(postingOffsets: postingOffsets, leastCount: stride / 8)
  }

  /// The number of terms with at least so many postings.
  static func head(postingOffsets: Buffer<Int64>, leastCount: Int) -> Int {
    let least = Int64(leastCount)
    var (low, high) = (0, postingOffsets.count - 1)
    // Terms come by descending frequency.
    while low < high {
      let middle = (low + high) / 2
      if postingOffsets[middle + 1] - postingOffsets[middle] >= least {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// Makes room for at least `needed` cells of each rare term; the cells stay.
  func reserve(_ needed: (Int) -> Int) {
    var isRoomy = true
    for term in 0..<count where needed(term) > Int(offsets[term + 1] - offsets[term]) {
      isRoomy = false
    }
    guard !isRoomy else { return }
    let (oldOffsets, oldLanes, oldSums) = (offsets, lanes, sums)
    offsets = Buffer(count: count + 1, repeating: 0)
    for term in 0..<count {
      let room = max(Int64(needed(term)), oldOffsets[term + 1] - oldOffsets[term])
      offsets[term + 1] = offsets[term] + room
    }
    lanes = Buffer(unwritten: Int(offsets[count]))
    sums = Buffer(unwritten: Int(offsets[count]))
    for term in 0..<count {
      for cell in 0..<Int(counts[term]) {
        lanes[Int(offsets[term]) + cell] = oldLanes[Int(oldOffsets[term]) + cell]
        sums[Int(offsets[term]) + cell] = oldSums[Int(oldOffsets[term]) + cell]
      }
    }
  }

  /// Takes over the cells of the same terms among other rows.
  func copyCells(of other: RareTerms) {
    precondition(other.head == head && other.count == count, "cells of other terms")
    reserve { Int(other.counts[$0]) }
    counts.copy(from: other.counts)
    for term in 0..<count {
      let (target, source) = (Int(offsets.base[term]), Int(other.offsets.base[term]))
      for cell in 0..<Int(counts.base[term]) {
        lanes.base[target + cell] = other.lanes.base[source + cell]
        sums.base[target + cell] = other.sums.base[source + cell]
      }
    }
  }

  /// Empties every term.
  func removeAll() { counts.elements.update(repeating: 0) }

  /// Adds a cell of a cluster that has none on the term; there must be room.
  func append(term: Int, lane: Int, sum: Float) {
    let rare = term - head
    let place = Int(offsets.base[rare]) + Int(counts.base[rare])
    precondition(place < Int(offsets.base[rare + 1]), "a rare term has no room for another cell")
    lanes.base[place] = Int32(lane)
    sums.base[place] = sum
    counts.base[rare] += 1
  }

  /// The places of a term's cells.
  func cells(ofTerm term: Int) -> Range<Int> {
    let start = Int(offsets.base[term - head])
    return start..<start + Int(counts.base[term - head])
  }

  /// The cells as the kernels take them.
  var kernelCells: kindred_cells {
    kindred_cells(
      head: Int64(head), offsets: offsets.base, counts: count > 0 ? counts.base : nil,
      lanes: lanes.base, sums: sums.base)
  }
}
