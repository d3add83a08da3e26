/** The totals of the stream, rolled up by area and tier, and what changed in the last minutes. */

export const BUCKET_MS = 5000;
export const KEPT_BUCKETS = 60;
const SILENCE_MS = 6500; // ticks come every 2 s: a longer silence is a gap in what was seen
const LEVELS = [6, 9, 12]; // digits of a county, town and village code

const bump = (cells, measure, by) => { cells[measure] = (cells[measure] || 0) + by; };

/** Absolute totals in, sums and recent changes out. */
export class Totals {
  constructor() {
    this.buckets = new Map(); // bucket number → Map(area → {measure: change})
    this.seen = new Set(); // buckets watched from beginning to end
    this.lastAt = null;
    this.clear();
  }

  clear() {
    this.cells = new Map(); // "tier area measure" → absolute value
    this.sums = new Map(); // area → {all, village, town, county}
    this.owns = new Map(); // area → counts booked on the area itself, not below it
  }

  /** Replaces everything: what was counted before is forgotten, what was charted is kept. */
  snapshot(data) {
    this.clear();
    for (const row of data.totals) this.put(row, null);
    this.observe(Date.parse(data.as_of));
  }

  /** Takes changed totals; `charted` is false for a catch-up whose true moment is unknown. */
  change(data, charted) {
    const at = Date.parse(data.as_of);
    this.observe(at);
    const number = Math.floor(at / BUCKET_MS);
    if (charted && !this.buckets.has(number)) this.buckets.set(number, new Map());
    for (const row of data.totals) this.put(row, charted ? this.buckets.get(number) : null);
  }

  put([tier, area, measure, value], bucket) {
    const key = `${tier} ${area} ${measure}`;
    const delta = value - (this.cells.get(key) || 0);
    if (!delta) return;
    this.cells.set(key, value);
    bump(this.own(area), measure, delta);
    for (const digits of LEVELS) {
      if (digits > area.length) break;
      const code = area.slice(0, digits);
      const sum = this.sum(code);
      bump(sum.all, measure, delta);
      bump(sum[tier] || (sum[tier] = {}), measure, delta);
      if (bucket) bump(entry(bucket, code, () => ({})), measure, delta);
    }
  }

  /** Notes that the stream was alive at this moment, so that silence is a gap and never a zero. */
  observe(at) {
    if (!Number.isFinite(at)) return;
    const number = Math.floor(at / BUCKET_MS);
    if (this.lastAt === null || at - this.lastAt > SILENCE_MS) {
      if (this.lastAt !== null) this.seen.delete(Math.floor(this.lastAt / BUCKET_MS));
      this.firstWhole = number + 1;
    }
    if (number >= this.firstWhole) this.seen.add(number);
    this.lastAt = Math.max(at, this.lastAt || 0);
    this.forget(number - KEPT_BUCKETS - 2);
  }

  forget(before) {
    for (const number of this.seen) if (number < before) this.seen.delete(number);
    for (const number of this.buckets.keys()) if (number < before) this.buckets.delete(number);
  }

  sum(area) {
    return entry(this.sums, area, () => ({ all: {}, village: {}, town: {}, county: {} }));
  }

  own(area) {
    return entry(this.owns, area, () => ({}));
  }

  /** {measure: value} of an area with all below it; of one tier when named. */
  counts(area, tier = "all") {
    const sum = this.sums.get(area);
    return (sum && sum[tier]) || {};
  }

  /** {measure: value} booked on the area itself. */
  ownCounts(area) {
    return this.owns.get(area) || {};
  }

  /** {measure: change} of an area over the last minute. */
  lastMinute(area) {
    const total = {};
    const last = Math.floor((this.lastAt || 0) / BUCKET_MS);
    for (let number = last - 11; number <= last; number += 1) {
      const bucket = this.buckets.get(number);
      const changes = (bucket && bucket.get(area)) || {};
      for (const measure of Object.keys(changes)) bump(total, measure, changes[measure]);
    }
    return total;
  }

  /** The finished buckets, oldest first: {at, counts}, counts null where nobody was watching. */
  recent(area) {
    if (!this.seen.size) return [];
    const end = Math.floor(this.lastAt / BUCKET_MS) - 1;
    const first = Math.max(Math.min(...this.seen), end - KEPT_BUCKETS + 1);
    const points = [];
    for (let number = first; number <= end; number += 1) {
      const bucket = this.buckets.get(number);
      const counts = this.seen.has(number) ? (bucket && bucket.get(area)) || {} : null;
      points.push({ at: number * BUCKET_MS, counts });
    }
    return points;
  }
}

function entry(map, key, make) {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
