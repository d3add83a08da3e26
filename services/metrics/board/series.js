/** What the time chart shows: the live buckets of the stream, or the days of `GET /v1/metrics`. */

import { BUCKET_MS, KEPT_BUCKETS } from "./totals.js";
import { count, stamp } from "./format.js";
import { t } from "./words.js";

const FEWEST_BUCKETS = 12;
const DAYS_WORTH_A_CHART = 4;
const DAY_MS = 86400000;
const BACK = { day: 89, week: 52, month: 35 }; // periods before the one that runs

/** What a trend may show besides a share: how much came, and how much was settled. */
export const COUNTS = "received";

/** Whether there are enough days for the daily chart to say more than the live one. */
export const daysAreWorthIt = (groups) => Boolean(groups && groups.length >= DAYS_WORTH_A_CHART);

const iso = (at) => new Date(at).toISOString().slice(0, 10);

/** The first day of the period that a day (`2026-11-22`) lies in. */
function begin(span, day) {
  const at = new Date(Date.parse(day));
  if (span === "month") return `${day.slice(0, 7)}-01`;
  return span === "week" ? iso(at - ((at.getUTCDay() + 6) % 7) * DAY_MS) : day;
}

/** The first day of the period so many after (or before) the one that begins on a day. */
function moved(span, day, by) {
  const [year, month, date] = day.split("-").map(Number);
  if (span === "month") return iso(Date.UTC(year, month - 1 + by, 1));
  return iso(Date.UTC(year, month - 1, date + by * (span === "week" ? 7 : 1)));
}

/** The day a trend begins with. */
export const firstDay = (span, now = Date.now()) => moved(span, begin(span, stamp(now).slice(0, 10)), -BACK[span]);

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

/** One point for each period from the first that has figures to the last: of counts, or of one share. */
export function periodPoints(groups, span, metric) {
  const found = new Map((groups || []).map((group) => [group.period ? group.period.first : group.key, group]));
  const days = [...found.keys()].sort();
  const points = [];
  for (let day = days[0]; day && day <= days[days.length - 1]; day = moved(span, day, 1)) {
    points.push({ ...named(span, day, found.get(day)), ...(metric === COUNTS ? counted : shared)(found.get(day), metric) });
  }
  return points;
}

function named(span, day, group) {
  const key = group ? group.key : day;
  if (span === "month") return { label: day.slice(0, 7), tick: day.slice(0, 7) };
  return { label: span === "week" ? t("week_of", { day }) : key, tick: day.slice(5) };
}

function counted(group) {
  const { received = 0, resolved = 0 } = (group && group.counts) || {};
  const figure = group && (group.counters || []).find((one) => one.provisional);
  return { received, resolved, standing: figure ? figure.provisional : null };
}

/** A share has a line and no bars; where it has no value there is a gap. */
function shared(group, metric) {
  const rate = group && group.rates.find((one) => one.id === metric);
  const known = rate && rate.value !== null;
  return { share: rate || null, received: null, resolved: known ? Number(rate.value) : null, standing: rate ? rate.provisional : null };
}

/** The line under the chart's heading: what a point is, and from when to when. */
export function noteOf(span, points) {
  if (span !== "live") {
    if (!points.length) return t("note_none");
    return t(`note_${span}`, { from: points[0].label, to: points[points.length - 1].label });
  }
  if (points.every((point) => point.gap)) return t("note_wait");
  const buckets = Math.min(KEPT_BUCKETS, points.length);
  return t("note_live", { n: Math.round((buckets * BUCKET_MS) / 30000) / 2 });
}

/** What one point reads as. */
export function readingOf(point) {
  if (point.gap) return t("reading_gap", { at: point.label });
  const standing = point.standing ? t("reading_provisional") : "";
  if (point.share !== undefined) return readingOfShare(point) + standing;
  return t("reading", { at: point.label, received: count(point.received), resolved: count(point.resolved) }) + standing;
}

function readingOfShare({ label, share }) {
  if (!share || share.value === null) return t("reading_gap", { at: label });
  return t("reading_share", { at: label, value: share.value, n: count(share.numerator), d: count(share.denominator) });
}

/** What a screen reader hears instead of the picture. */
export function spokenOf(points, note, name) {
  const known = points.filter((point) => !point.gap && point.resolved !== null);
  if (points.some((point) => point.share !== undefined)) {
    const last = known[known.length - 1];
    return t("chart_label_share", { name, note, last: last ? readingOf(last) : t("empty") });
  }
  const sum = (measure) => known.reduce((total, point) => total + point[measure], 0);
  return t("chart_label", { note, received: count(sum("received")), resolved: count(sum("resolved")) });
}
