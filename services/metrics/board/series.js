/** What the time chart shows: the live buckets of the stream, or the days of `GET /v1/metrics`. */

import { BUCKET_MS, KEPT_BUCKETS } from "./totals.js";
import { count, stamp } from "./format.js";
import { t } from "./words.js";

const FEWEST_BUCKETS = 12;
const MOST_DAYS = 90;
const DAYS_WORTH_A_CHART = 4;
const DAY_MS = 86400000;

/** Whether there are enough days for the daily chart to say more than the live one. */
export const daysAreWorthIt = (groups) => Boolean(groups && groups.length >= DAYS_WORTH_A_CHART);

/** The live points; the window grows from one minute to five while the page watches. */
export function livePoints(totals, area) {
  const recent = totals.recent(area);
  const missing = Math.max(0, FEWEST_BUCKETS - recent.length);
  if (totals.lastAt === null) return [];
  const first = recent.length ? recent[0].at : Math.floor(totals.lastAt / BUCKET_MS) * BUCKET_MS;
  const before = Array.from({ length: missing }, (_, index) => (
    { at: first - (missing - index) * BUCKET_MS, counts: null, before: true }
  ));
  return [...before, ...recent].map(({ at, counts, before: unseen }) => {
    const label = stamp(at).slice(11);
    if (!counts) return { label, gap: unseen ? "before" : "lost", received: 0, resolved: 0 };
    return { label, received: Math.max(0, counts.received || 0), resolved: Math.max(0, counts.resolved || 0) };
  });
}

/** The last ninety days up to the newest one, with a zero for a day on which nothing happened. */
export function dayPoints(groups) {
  const days = new Map((groups || []).map((group) => [group.key, group.counts]));
  const keys = [...days.keys()].sort();
  if (!keys.length) return [];
  const last = Date.parse(keys[keys.length - 1]);
  const first = Math.max(Date.parse(keys[0]), last - (MOST_DAYS - 1) * DAY_MS);
  const points = [];
  for (let at = first; at <= last; at += DAY_MS) {
    const label = new Date(at).toISOString().slice(0, 10);
    const { received = 0, resolved = 0 } = days.get(label) || {};
    points.push({ label, tick: label.slice(5), received, resolved });
  }
  return points;
}

/** The line under the chart's heading: what a point is, and from when to when. */
export function noteOf(span, points) {
  if (span === "day") {
    if (!points.length) return t("note_none");
    return t("note_day", { from: points[0].label, to: points[points.length - 1].label });
  }
  if (points.every((point) => point.gap)) return t("note_wait");
  const buckets = Math.min(KEPT_BUCKETS, points.length);
  return t("note_live", { n: Math.round((buckets * BUCKET_MS) / 30000) / 2 });
}

/** What one point reads as. */
export function readingOf(point) {
  if (point.gap) return t("reading_gap", { at: point.label });
  return t("reading", { at: point.label, received: count(point.received), resolved: count(point.resolved) });
}

/** What a screen reader hears instead of the picture. */
export function spokenOf(points, note) {
  const sum = (measure) => points.reduce((total, point) => total + (point.gap ? 0 : point[measure]), 0);
  return t("chart_label", { note, received: count(sum("received")), resolved: count(sum("resolved")) });
}
